// The log: one line for each event, as text or as JSON, to standard error. No secret comes here: callers give paths without
// queries, names and reasons, and what strangers chose is escaped, so that it can't forge a line.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace spdlog {
class logger;
}

namespace postern {

class Log {
 public:
  enum class Level { debug, info, warning, error, off };
  enum class Format { text, json };
  struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double> value;
  };

  static std::shared_ptr<Log> to_standard_error(Level level, Format format);
  static std::shared_ptr<Log> to_stream(std::ostream& out, Level level, Format format);

  bool wants(Level level) const { return level >= level_ && level_ != Level::off; }
  void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

  Log(std::shared_ptr<spdlog::logger> lines, Level level, Format format);

 private:
  std::shared_ptr<spdlog::logger> lines_;
  Level level_;
  Format format_;
};

}  // namespace postern
