// A value or the reason why there is none. The core is built without exceptions, and <expected> is not in every
// toolchain that builds it.
#pragma once

#include <utility>
#include <variant>

namespace postern {

/// T or E, never both, never neither. T and E have to be different types.
/// `value()` on an error, or `error()` on a value, ends the program: look first.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(E error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& { return *checked(std::get_if<0>(&held_)); }
  T& value() & { return *checked(std::get_if<0>(&held_)); }
  T value() && { return std::move(*checked(std::get_if<0>(&held_))); }
  const E& error() const { return *checked(std::get_if<1>(&held_)); }

  const T& operator*() const { return value(); }
  const T* operator->() const { return &value(); }

 private:
  template <class P>
  static P* checked(P* pointer) {
    if (pointer == nullptr) __builtin_trap();
    return pointer;
  }

  std::variant<T, E> held_;
};

}  // namespace postern
