// The layout of what crosses (host-wasm/crossing.hpp), told to JavaScript: host-wasm/js/layout.mjs is what `layout` gives. It is
// recorded, so that the module need not carry it; tests/unit/host-wasm/layout_test.cpp holds the two together.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/flow/codec_fields.hpp"
#include "host-wasm/crossing.hpp"

namespace postern::wasm {

/// Tells the layout of a type, as JSON:
///   "text" "bytes" "bool" "u32" "i32" "f64" {"list":T} {"optional":T} {"pair":[T,T]} {"words":["a",..]}
///   {"fields":[["name",T],..]} {"tag":"need","cases":[["load",[["key","text"]]],..]}
class Describe {
 public:
  template <class T>
  static std::string type() {
    if constexpr (Choice<T>) {
      return choice(std::in_place_type<T>);
    } else if constexpr (Word<T>) {
      std::string words;
      for (const std::string_view word : codec::Words<T>::all)
        words.append(words.empty() ? "" : ",").append(quoted(word));
      return "{\"words\":[" + words + "]}";
    } else {
      return plain(std::in_place_type<T>);
    }
  }

  template <class T>
  void field(std::string_view name, T&) {
    add(name, type<std::remove_const_t<T>>());
  }
  void bytes(std::string_view name, const std::string&) { add(name, "\"bytes\""); }
  void add(std::string_view name, std::string_view of) {
    list_.append(list_.empty() ? "[" : ",[").append(quoted(name)).append(",").append(of).append("]");
  }
  std::string fields() const { return "{\"fields\":[" + list_ + "]}"; }

  static std::string quoted(std::string_view word) { return std::string("\"").append(word).append("\""); }

 private:
  template <class T>
  static std::string choice(std::in_place_type_t<T>) {
    std::string cases;
    add_cases<0, T>(cases);
    return "{\"tag\":" + quoted(codec::Words<T>::tag) + ",\"cases\":[" + cases + "]}";
  }
  template <std::size_t index, class T>
  static void add_cases(std::string& cases) {
    if constexpr (index < std::variant_size_v<T>) {
      Describe members;
      std::variant_alternative_t<index, T> alternative;
      codec::fields(members, alternative);
      cases.append(cases.empty() ? "[" : ",[").append(quoted(codec::Words<T>::all[index]));
      cases.append(",[").append(members.list_).append("]]");
      add_cases<index + 1, T>(cases);
    }
  }

  template <codec::Listed T>
  static std::string plain(std::in_place_type_t<T>) {
    Describe members;
    T value;
    codec::fields(members, value);
    return members.fields();
  }
  template <class T>
  static std::string plain(std::in_place_type_t<std::vector<T>>) {
    return "{\"list\":" + type<T>() + "}";
  }
  template <class T>
  static std::string plain(std::in_place_type_t<std::optional<T>>) {
    return "{\"optional\":" + type<T>() + "}";
  }
  template <class First, class Second>
  static std::string plain(std::in_place_type_t<std::pair<First, Second>>) {
    return "{\"pair\":[" + type<First>() + "," + type<Second>() + "]}";
  }
  static std::string plain(std::in_place_type_t<wire::Header>) { return "{\"pair\":[\"text\",\"text\"]}"; }
  static std::string plain(std::in_place_type_t<std::string>) { return "\"text\""; }
  static std::string plain(std::in_place_type_t<Secret>) { return "\"text\""; }
  static std::string plain(std::in_place_type_t<ScopeSet>) { return "\"text\""; }
  static std::string plain(std::in_place_type_t<Version>) { return "\"f64\""; }
  static std::string plain(std::in_place_type_t<UnixSeconds>) { return "\"f64\""; }
  static std::string plain(std::in_place_type_t<std::uint32_t>) { return "\"u32\""; }
  static std::string plain(std::in_place_type_t<int>) { return "\"i32\""; }
  static std::string plain(std::in_place_type_t<bool>) { return "\"bool\""; }

  std::string list_;
};

/// Of everything that the exports of abi.cpp take and give, by its name there.
inline std::string layout() {
  Describe outcome, facts, step, check, opened, root;
  const std::string needs = Describe::type<std::optional<std::vector<Need>>>();
  outcome.add("needs", needs);
  outcome.add("answer", Describe::type<std::optional<Answer>>());
  outcome.add("events", Describe::type<std::vector<std::string>>());
  outcome.add("event_headers", Describe::type<wire::Headers>());
  facts.add("now", "\"f64\"");
  facts.add("entropy", "\"bytes\"");
  facts.add("answers", Describe::type<std::vector<std::pair<Need, Fact>>>());
  step.add("bytes", "\"text\"");
  step.add("close", "\"bool\"");
  opened.add("handle", "\"u32\"");
  opened.add("largest_body", "\"u32\"");
  opened.add("comment", "\"text\"");
  opened.add("check_every", "\"u32\"");
  opened.add("copied", Describe::type<std::vector<std::string>>());
  check.add("needs", needs);
  check.add("stream", Describe::type<std::optional<Stream>>());
  root.add("request", Describe::type<HttpRequest>());
  root.add("principal", Describe::type<Principal>());
  root.add("facts", facts.fields());
  root.add("outcome", outcome.fields());
  root.add("stream", Describe::type<Stream>());
  root.add("topic", Describe::type<Topic>());
  root.add("step", step.fields());
  root.add("check", check.fields());
  root.add("opened", opened.fields());
  root.add("reach", Describe::type<Reach>());
  return root.fields();
}

}  // namespace postern::wasm
