#include <charconv>
#include <limits>
#include <type_traits>

#include "core/flow/codec.hpp"
#include "core/flow/codec_fields.hpp"
#include "core/wire/base64.hpp"
#include "core/wire/json.hpp"

namespace postern::codec {
namespace {

/// Reads values out of JSON that may be anything. Each `take` fills its target, or is false and leaves in `place()`
/// the way to what was wrong.
class Reader {
 public:
  const std::string& place() const { return place_; }

  template <class T>
  bool take_member(const Json& object, std::string_view name, T& into) {
    const Json* value = wire::member(object, name);
    return (value != nullptr && take(*value, into)) || lost(name);
  }
  bool take_bytes(const Json& object, std::string_view name, std::string& into) {
    const std::string* text = wire::string_member(object, name);
    std::optional<std::string> bytes = text == nullptr ? std::nullopt : wire::from_base64(*text);
    if (!bytes) return lost(name);
    into = std::move(*bytes);
    return true;
  }

  template <Listed T>
  bool take(const Json& from, T& into) {
    Members members{*this, from};
    fields(members, into);
    return members.good && from.is_object();
  }

  template <class T>
  requires requires { Words<T>::tag; }
  bool take(const Json& from, T& variant) {
    const std::string* word = wire::string_member(from, Words<T>::tag);
    return word == nullptr ? lost(Words<T>::tag) : take_alternative<0>(from, *word, variant);
  }

  template <class T>
  requires std::is_enum_v<T>
  bool take(const Json& from, T& into) {
    if (!from.is_string()) return false;
    for (std::size_t i = 0; i < Words<T>::all.size(); ++i) {
      if (from.get_ref<const std::string&>() != Words<T>::all[i]) continue;
      into = static_cast<T>(i);
      return true;
    }
    return false;
  }

  template <class T>
  bool take(const Json& from, std::optional<T>& into) {
    into.reset();
    return from.is_null() || take(from, into.emplace());
  }

  template <class T>
  bool take(const Json& from, std::vector<T>& into) {
    into.clear();
    if (!from.is_array()) return false;
    into.reserve(from.size());
    for (const Json& element : from) {
      if (!take(element, into.emplace_back())) return lost(std::to_string(into.size() - 1));
    }
    return true;
  }

  bool take(const Json& from, std::pair<Need, Fact>& into) { return take_two(from, into.first, into.second); }
  bool take(const Json& from, wire::Header& into) { return take_two(from, into.name, into.value); }

  bool take(const Json& from, std::string& into) {
    if (!from.is_string()) return from.is_object() && take_bytes(from, "base64", into);
    into = from.get_ref<const std::string&>();
    return true;
  }

  bool take(const Json& from, Secret& into) {
    std::string bytes;
    if (!take(from, bytes)) return false;
    into = Secret(std::move(bytes));
    return true;
  }

  bool take(const Json& from, ScopeSet& into) {
    std::optional<ScopeSet> scopes =
        from.is_string() ? ScopeSet::parse(from.get_ref<const std::string&>()) : std::nullopt;
    if (!scopes) return false;
    into = std::move(*scopes);
    return true;
  }

  bool take(const Json& from, Version& into) {
    if (!from.is_string()) return false;
    const auto& digits = from.get_ref<const std::string&>();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
    return error == std::errc() && end == digits.data() + digits.size();
  }

  bool take(const Json& from, UnixSeconds& into) { return take_integer(from, into.count); }
  bool take(const Json& from, std::uint32_t& into) { return take_integer(from, into); }
  bool take(const Json& from, int& into) { return take_integer(from, into); }

  bool take(const Json& from, bool& into) {
    if (!from.is_boolean()) return false;
    into = from.get<bool>();
    return true;
  }

 private:
  struct Members {
    Reader& reader;
    const Json& object;
    bool good = true;

    template <class T>
    void field(std::string_view name, T& into) {
      good = good && reader.take_member(object, name, into);
    }
    void bytes(std::string_view name, std::string& into) { good = good && reader.take_bytes(object, name, into); }
  };

  template <std::size_t index, class T>
  bool take_alternative(const Json& from, const std::string& word, T& variant) {
    if constexpr (index == std::variant_size_v<T>) {
      return lost(Words<T>::tag);
    } else {
      if (word != Words<T>::all[index]) return take_alternative<index + 1>(from, word, variant);
      return take(from, variant.template emplace<index>());
    }
  }

  template <class First, class Second>
  bool take_two(const Json& from, First& first, Second& second) {
    if (!from.is_array() || from.size() != 2) return false;
    const auto& elements = from.get_ref<const Json::array_t&>();
    return (take(elements[0], first) || lost("0")) && (take(elements[1], second) || lost("1"));
  }

  template <class Number>
  bool take_integer(const Json& from, Number& into) {
    if (!from.is_number_integer()) return false;
    if (from.is_number_unsigned() && from.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) return false;
    const auto number = from.get<std::int64_t>();
    if (number < std::int64_t{std::numeric_limits<Number>::min()}) return false;
    if (number > std::int64_t{std::numeric_limits<Number>::max()}) return false;
    into = static_cast<Number>(number);
    return true;
  }

  bool lost(std::string_view at) {
    place_ = std::string("/").append(at) + place_;
    return false;
  }

  std::string place_;
};

wire::Malformed malformed(std::string_view what, const Reader& reader) {
  return wire::Malformed{std::string("expected ").append(what) + " as JSON, received something else at " +
                         (reader.place().empty() ? "its root" : reader.place())};
}

template <class T>
Result<T, wire::Malformed> read(const Json& from, std::string_view what) {
  Reader reader;
  T value;
  if (!reader.take(from, value)) return malformed(what, reader);
  return value;
}

bool take_step(Reader& reader, const Json& from, Outcome& into) {
  if (wire::member(from, "needs") != nullptr) {
    return reader.take_member(from, "needs", into.step.emplace<Needs>().list);
  }
  return reader.take_member(from, "answer", into.step.emplace<Answer>());
}

}  // namespace

Result<HttpRequest, wire::Malformed> read_request(const Json& from) { return read<HttpRequest>(from, "a request"); }
Result<Stream, wire::Malformed> read_stream(const Json& from) { return read<Stream>(from, "a stream"); }
Result<Topic, wire::Malformed> read_topic(const Json& from) { return read<Topic>(from, "a topic"); }

Result<Facts, wire::Malformed> read_facts(const Json& from) {
  Reader reader;
  UnixSeconds now;
  std::string entropy;
  std::vector<std::pair<Need, Fact>> answers;
  if (!reader.take_member(from, "now", now) || !reader.take_bytes(from, "entropy", entropy) ||
      !reader.take_member(from, "answers", answers)) {
    return malformed("facts", reader);
  }
  // Less would make what is drawn from it guessable.
  if (entropy.size() != 32) {
    return wire::Malformed{"expected 32 bytes of entropy, received " + std::to_string(entropy.size())};
  }
  Facts facts(now, std::move(entropy));
  for (auto& [need, fact] : answers) facts.learn(std::move(need), std::move(fact));
  return facts;
}

Result<Outcome, wire::Malformed> read_outcome(const Json& from) {
  Reader reader;
  Outcome outcome{Needs{}};
  if (!take_step(reader, from, outcome) || !reader.take_member(from, "events", outcome.events) ||
      !reader.take_member(from, "event_headers", outcome.event_headers)) {
    return malformed("an outcome", reader);
  }
  return outcome;
}

}  // namespace postern::codec
