#include "core/wire/json.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace postern::wire {
namespace {

/// Builds the value while the library's lexer reads, and stops at the first thing that is not allowed. The library's
/// own parser keeps the last of two equal names; another reader of the same text may keep the first.
class Builder {
 public:
  explicit Builder(int depth_allowed) : depth_allowed_(static_cast<std::size_t>(std::clamp(depth_allowed, 0, 512))) {
    open_.reserve(8);
  }

  Json take() { return std::move(root_); }

  /// Why building stopped; empty when it was the lexer that stopped.
  const std::string& refusal() const { return refusal_; }
  std::size_t error_position() const { return error_position_; }

  // What the library calls (its SAX interface). False stops it.
  bool null() { return put(Json()); }
  bool boolean(bool value) { return put(Json(value)); }
  bool number_integer(Json::number_integer_t value) { return put(Json(value)); }
  bool number_unsigned(Json::number_unsigned_t value) { return put(Json(value)); }
  bool number_float(Json::number_float_t value, const std::string&) { return put(Json(value)); }
  bool string(std::string& value) { return has_no_nul(value) && put(Json(std::move(value))); }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) { return start(Json::value_t::object); }
  bool start_array(std::size_t) { return start(Json::value_t::array); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }

  bool key(std::string& name) {
    if (!has_no_nul(name)) return false;
    const auto [place, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(std::move(name));
    if (!is_new) return refuse("expected each member name once in an object, received one twice");
    member_ = &place->second;
    return true;
  }

  template <class Error>
  bool parse_error(std::size_t position, const std::string&, const Error&) {
    error_position_ = position;  // the error's own text quotes the input, which may be a secret
    return false;
  }

 private:
  bool put(Json value) { return place(std::move(value)) != nullptr; }

  /// Puts the value where the text is: the root, the end of the open array, or the member just named.
  Json* place(Json value) {
    Json* where = nullptr;
    if (open_.empty()) {
      where = &root_;
      *where = std::move(value);
    } else if (open_.back()->is_array()) {
      where = &open_.back()->get_ref<Json::array_t&>().emplace_back(std::move(value));
    } else {
      where = member_;
      *where = std::move(value);
    }
    return where;
  }

  bool start(Json::value_t type) {
    if (open_.size() == depth_allowed_) {
      return refuse("expected JSON nested at most " + std::to_string(depth_allowed_) + " deep, received deeper JSON");
    }
    open_.push_back(place(Json(type)));
    return true;
  }

  bool end() {
    open_.pop_back();
    return true;
  }

  // C code behind us would read a shorter text than we checked.
  bool has_no_nul(const std::string& text) {
    return text.find('\0') == std::string::npos || refuse("expected no NUL in a JSON string, received one");
  }

  bool refuse(std::string why) {
    refusal_ = std::move(why);
    return false;
  }

  std::size_t depth_allowed_;
  Json root_;
  std::vector<Json*> open_;  // the chain of unfinished arrays and objects; none of them moves while it is open
  Json* member_ = nullptr;
  std::string refusal_;
  std::size_t error_position_ = 0;
};

}  // namespace

Result<Json, Malformed> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return Malformed{"expected JSON of at most " + std::to_string(limits.bytes) + " bytes, received " +
                     std::to_string(text.size())};
  }
  // The library would skip the mark, and take a NUL for the end of the text.
  if (text.starts_with("\xEF\xBB\xBF")) return Malformed{"expected JSON, received a byte order mark (RFC 8259 s. 8.1)"};
  if (text.find('\0') != std::string_view::npos) return Malformed{"expected JSON, received a NUL byte"};
  Builder builder(limits.depth);
  if (!Json::sax_parse(text.data(), text.data() + text.size(), &builder)) {
    if (!builder.refusal().empty()) return Malformed{builder.refusal()};
    return Malformed{"expected JSON (RFC 8259), received something else at byte " +
                     std::to_string(builder.error_position())};
  }
  return builder.take();
}

const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto& members = object.get_ref<const Json::object_t&>();
  const auto found = members.find(name);
  return found == members.end() ? nullptr : &found->second;
}

const std::string* string_member(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  return value == nullptr ? nullptr : value->get_ptr<const std::string*>();
}

const Json* object_member(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  return value != nullptr && value->is_object() ? value : nullptr;
}

const Json* array_member(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  return value != nullptr && value->is_array() ? value : nullptr;
}

std::optional<bool> bool_member(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::optional<std::int64_t> int_member(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > largest) return std::nullopt;
  return value->get<std::int64_t>();
}

std::string dump_json(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace postern::wire
