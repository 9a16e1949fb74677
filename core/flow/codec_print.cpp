#include <type_traits>

#include "core/flow/codec.hpp"
#include "core/flow/codec_fields.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/text.hpp"

namespace postern::codec {
namespace {

class Printer {
 public:
  template <class T>
  void field(std::string_view name, const T& value) {
    object_.insert_or_assign(std::string(name), print(value));
  }
  void bytes(std::string_view name, const std::string& value) {
    object_.insert_or_assign(std::string(name), Json(wire::base64(value)));
  }

  template <Listed T>
  static Json print(const T& value) {
    Printer printer;
    fields(printer, value);
    return std::move(printer.object_);
  }

  template <class T>
  requires requires { Words<T>::tag; }
  static Json print(const T& variant) {
    Printer printer;
    printer.object_.insert_or_assign(std::string(Words<T>::tag), Json(Words<T>::all[variant.index()]));
    std::visit([&printer](const auto& alternative) { fields(printer, alternative); }, variant);
    return std::move(printer.object_);
  }

  template <class T>
  requires std::is_enum_v<T>
  static Json print(T value) { return Json(Words<T>::all[static_cast<std::size_t>(value)]); }

  template <class T>
  static Json print(const std::optional<T>& value) {
    return value ? print(*value) : Json(nullptr);
  }

  template <class T>
  static Json print(const std::vector<T>& list) {
    Json::array_t array;
    array.reserve(list.size());
    for (const T& element : list) array.push_back(print(element));
    return array;
  }

  static Json print(const std::pair<Need, Fact>& answer) {
    return Json::array_t{print(answer.first), print(answer.second)};
  }
  static Json print(const wire::Header& header) { return Json::array_t{print(header.name), print(header.value)}; }
  static Json print(const std::string& text) { return text_of(text); }
  static Json print(const ScopeSet& scopes) { return scopes.to_string(); }
  static Json print(const Secret& secret) { return text_of(secret.expose_for(Reason::performing)); }
  static Json print(Version version) { return std::to_string(version); }
  static Json print(UnixSeconds time) { return time.count; }
  static Json print(std::uint32_t number) { return number; }
  static Json print(int number) { return number; }
  static Json print(bool value) { return value; }

 private:
  // A reader of ours refuses NUL in a string, and nobody can read a string that is not UTF-8.
  static Json text_of(std::string_view bytes) {
    if (bytes.find('\0') == std::string_view::npos && wire::valid_utf8(bytes)) return Json(bytes);
    Json::object_t object;
    object.insert_or_assign("base64", Json(wire::base64(bytes)));
    return object;
  }

  Json::object_t object_;
};

}  // namespace

Json print(const HttpRequest& request) { return Printer::print(request); }
Json print(const Needs& needs) { return Printer::print(needs.list); }
Json print(const Stream& stream) { return Printer::print(stream); }
Json print(const Topic& topic) { return Printer::print(topic); }

Json print(const Facts& facts) {
  Json::object_t object;
  object.insert_or_assign("now", Printer::print(facts.now()));
  object.insert_or_assign("entropy", Json(wire::base64(facts.entropy())));
  object.insert_or_assign("answers", Printer::print(facts.answers()));
  return object;
}

Json print(const Outcome& outcome) {
  Json::object_t object;
  if (const Needs* needs = outcome.needs()) object.insert_or_assign("needs", print(*needs));
  if (const Answer* answer = outcome.answer()) object.insert_or_assign("answer", Printer::print(*answer));
  object.insert_or_assign("events", Printer::print(outcome.events));
  object.insert_or_assign("event_headers", Printer::print(outcome.event_headers));
  return object;
}

}  // namespace postern::codec
