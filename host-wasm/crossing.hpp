// The vocabulary of core/flow as bytes: what crosses between the module and JavaScript. docs/decisions/020-crossing.md has
// the figures that chose it over JSON.
//
//   u32 size of the structure | structure | texts
//
// The structure has every member in the order of core/flow/codec_fields.hpp, little-endian and unaligned. Texts stand
// behind it, one after the other without anything between them, so that the other side makes one string of all of them
// and cuts it: the structure has only their lengths. What is no UTF-8 stands in the structure itself.
//
//   text       u32 length: among the texts; or u32 length | in_place, and then the bytes
//   bytes      u32 length, and then the bytes
//   list       u32 count, and then the elements          optional   u8: 1, and then the value; or 0
//   variant    u8: which, and then its members           word       u8: which value of the enumeration
//   number     u32 or i32                                time, version   f64: JavaScript knows no 64-bit integers
//
// Nobody has written this layout down a second time: host-wasm/layout.hpp tells it to JavaScript.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/flow/codec_fields.hpp"
#include "core/wire/text.hpp"

namespace postern::wasm {

constexpr std::uint32_t in_place = std::uint32_t{1} << 31;

/// Up to here every whole number is a double of its own.
constexpr double most_exact = 9007199254740992.0;

template <class T>
concept Choice = requires {
  codec::Words<T>::tag;
};

template <class T>
concept Word = std::is_enum_v<T>;

/// Writes.
class Output {
 public:
  const std::string& structure() const { return structure_; }
  const std::string& texts() const { return texts_; }

  template <class T>
  void field(std::string_view, const T& value) {
    put(value);
  }
  void bytes(std::string_view, const std::string& value) {
    number(static_cast<std::uint32_t>(value.size()));
    structure_ += value;
  }

  template <codec::Listed T>
  void put(const T& value) {
    codec::fields(*this, value);
  }
  template <Choice T>
  void put(const T& variant) {
    structure_ += static_cast<char>(variant.index());
    std::visit([this](const auto& alternative) { codec::fields(*this, alternative); }, variant);
  }
  template <Word T>
  void put(T word) {
    structure_ += static_cast<char>(word);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    maybe(value ? &*value : nullptr);
  }
  template <class T>
  void maybe(const T* value) {
    structure_ += static_cast<char>(value != nullptr);
    if (value != nullptr) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    number(static_cast<std::uint32_t>(list.size()));
    for (const T& element : list) put(element);
  }
  template <class First, class Second>
  void put(const std::pair<First, Second>& both) {
    put(both.first);
    put(both.second);
  }
  void put(const wire::Header& header) {
    text(header.name);
    text(header.value);
  }
  void put(const std::string& value) { text(value); }
  void put(const Secret& secret) { text(secret.expose_for(Reason::performing)); }
  void put(const ScopeSet& scopes) { text(scopes.to_string()); }
  void put(Version version) { number(static_cast<double>(version)); }
  void put(UnixSeconds time) { number(static_cast<double>(time.count)); }
  void put(std::uint32_t value) { number(value); }
  void put(int value) { number(value); }
  void put(bool value) { structure_ += static_cast<char>(value); }

 private:
  template <class Number>
  void number(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    structure_.append(bytes, sizeof value);
  }
  void text(std::string_view value) {
    const auto size = static_cast<std::uint32_t>(value.size());
    const bool apart = wire::valid_utf8(value);
    number(apart ? size : size | in_place);
    (apart ? texts_ : structure_).append(value);
  }

  std::string structure_;
  std::string texts_;
};

/// Reads bytes that may be anything. After the first that do not fit, `good` is false and nothing more is read.
class Input {
 public:
  Input(const char* bytes, std::uint32_t size) : at_(bytes), end_(bytes), texts_(bytes), texts_end_(bytes + size) {
    std::uint32_t structure = 0;
    good_ = size >= sizeof structure;
    if (good_) std::memcpy(&structure, bytes, sizeof structure);
    good_ = good_ && structure <= size - sizeof structure;
    if (!good_) return;
    at_ += sizeof structure;
    end_ = texts_ = at_ + structure;
  }

  bool good() const { return good_; }
  /// Good, and nothing is left over.
  bool done() const { return good_ && at_ == end_ && texts_ == texts_end_; }

  template <class T>
  void field(std::string_view, T& into) {
    take(into);
  }
  void bytes(std::string_view, std::string& into) { piece(at_, end_, number<std::uint32_t>(), into); }

  template <codec::Listed T>
  void take(T& into) {
    codec::fields(*this, into);
  }
  template <Choice T>
  void take(T& variant) {
    take_alternative<0>(byte(), variant);
  }
  template <Word T>
  void take(T& into) {
    const std::uint8_t index = byte();
    if (index >= codec::Words<T>::all.size()) return lose();
    into = static_cast<T>(index);
  }
  template <class T>
  void take(std::optional<T>& into) {
    into.reset();
    if (byte() != 0 && good_) take(into.emplace());
  }
  template <class T>
  void take(std::vector<T>& into) {
    into.clear();
    const auto count = number<std::uint32_t>();
    if (count > static_cast<std::size_t>(end_ - at_)) return lose();  // an element takes a byte at least
    into.reserve(count);
    for (std::uint32_t i = 0; i < count && good_; ++i) take(into.emplace_back());
  }
  template <class First, class Second>
  void take(std::pair<First, Second>& into) {
    take(into.first);
    take(into.second);
  }
  void take(wire::Header& into) {
    take(into.name);
    take(into.value);
  }
  void take(std::string& into) {
    const auto size = number<std::uint32_t>();
    (size & in_place) != 0 ? piece(at_, end_, size & ~in_place, into) : piece(texts_, texts_end_, size, into);
  }
  void take(Secret& into) {
    std::string value;
    take(value);
    into = Secret(std::move(value));
  }
  void take(ScopeSet& into) {
    std::string value;
    take(value);
    auto scopes = ScopeSet::parse(value);
    if (!scopes) return lose();
    into = std::move(*scopes);
  }
  void take(Version& into) {
    const auto value = number<double>();
    if (!(value >= 0 && value <= most_exact)) return lose();
    into = static_cast<Version>(value);
  }
  void take(UnixSeconds& into) {
    const auto value = number<double>();
    if (!(value >= -most_exact && value <= most_exact)) return lose();
    into.count = static_cast<std::int64_t>(value);
  }
  void take(std::uint32_t& into) { into = number<std::uint32_t>(); }
  void take(int& into) { into = number<int>(); }
  void take(bool& into) { into = byte() != 0; }

 private:
  void lose() {
    good_ = false;
    at_ = end_;
  }
  std::uint8_t byte() { return number<std::uint8_t>(); }
  template <class Number>
  Number number() {
    Number value{};
    if (static_cast<std::size_t>(end_ - at_) < sizeof value) {
      lose();
      return value;
    }
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  void piece(const char*& from, const char* end, std::uint32_t size, std::string& into) {
    if (!good_ || size > static_cast<std::size_t>(end - from)) return lose();
    into.assign(from, size);
    from += size;
  }
  template <std::size_t index, class T>
  void take_alternative(std::uint8_t wanted, T& variant) {
    if constexpr (index == std::variant_size_v<T>) {
      lose();
    } else {
      if (wanted != index) return take_alternative<index + 1>(wanted, variant);
      codec::fields(*this, variant.template emplace<index>());
    }
  }

  const char* at_;
  const char* end_;
  const char* texts_;
  const char* texts_end_;
  bool good_ = true;
};

}  // namespace postern::wasm
