// Decimal text to the nearest double. The C library's way there is 128-bit floating point, which WebAssembly does
// in software. This one needs whole numbers only.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace postern::wasm {

/// A natural number, least limb first. Large enough for every step below.
class Natural {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t bits() const {
    return size_ == 0 ? 0 : size_ * 32 - static_cast<std::size_t>(std::countl_zero(limbs_[size_ - 1]));
  }
  bool bit(std::size_t at) const { return at < size_ * 32 && (limbs_[at / 32] >> at % 32 & 1) != 0; }

  void multiply(std::uint32_t factor, std::uint32_t add) {
    std::uint64_t carry = add;
    for (std::size_t i = 0; i < size_; ++i) {
      carry += std::uint64_t{limbs_[i]} * factor;
      limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs_[size_++] = static_cast<std::uint32_t>(carry);
  }

  /// True when it did not divide evenly.
  bool divide(std::uint32_t divisor) {
    std::uint64_t rest = 0;
    for (std::size_t i = size_; i-- > 0;) {
      rest = rest << 32 | limbs_[i];
      limbs_[i] = static_cast<std::uint32_t>(rest / divisor);
      rest %= divisor;
    }
    while (size_ > 0 && limbs_[size_ - 1] == 0) --size_;
    return rest != 0;
  }

  void shift_left(std::size_t limbs) {
    std::memmove(limbs_.data() + limbs, limbs_.data(), size_ * sizeof(std::uint32_t));
    std::memset(limbs_.data(), 0, limbs * sizeof(std::uint32_t));
    size_ += limbs;
  }

 private:
  std::array<std::uint32_t, 192> limbs_{};
  std::size_t size_ = 0;
};

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// N * 2^binary, rounded to nearest, ties to even. `more`: the true value is above N * 2^binary, by less than that one.
inline double rounded(const Natural& n, int binary, bool more) {
  constexpr int smallest = -1074;  // the lowest bit of a subnormal double
  const int excess = static_cast<int>(n.bits()) - 53;
  const int lowest = excess + binary < smallest ? smallest : excess + binary;
  const int drop = lowest - binary;
  std::uint64_t mantissa = 0;
  for (int i = 52; i >= 0; --i) {
    mantissa = mantissa << 1 | std::uint64_t{drop + i >= 0 && n.bit(static_cast<std::size_t>(drop + i))};
  }
  if (drop > 0 && n.bit(static_cast<std::size_t>(drop - 1))) {
    for (int i = 0; i < drop - 1 && !more; ++i) more = n.bit(static_cast<std::size_t>(i));
    if (more || mantissa % 2 != 0) ++mantissa;
  }
  if (lowest > 971) return infinity;
  // The exponent's lowest bit is the mantissa's highest, also when rounding has carried into it.
  const std::uint64_t bits = mantissa + (static_cast<std::uint64_t>(lowest - smallest) << 52);
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// `[-]digits[.digits][e[+|-]digits]`, and nothing else: no white space, infinities or hexadecimal numbers. Reads as far
/// as that goes; `end`, if not null, is where it stopped.
inline double nearest_double(const char* text, char** end) {
  constexpr int most_digits = 800;  // 768 tell every double from its neighbours' middle; what follows only breaks ties
  const bool negative = *text == '-';
  if (negative) ++text;

  Natural n;
  bool more = false;
  int kept = 0;
  std::int64_t power = 0;  // of ten
  for (bool in_fraction = false;; ++text) {
    if (*text == '.' && !in_fraction) {
      in_fraction = true;
      continue;
    }
    if (*text < '0' || *text > '9') break;
    if (kept < most_digits) {
      n.multiply(10, static_cast<std::uint32_t>(*text - '0'));
      if (!n.empty()) ++kept;
      power -= in_fraction;
    } else {
      more = more || *text != '0';
      power += !in_fraction;
    }
  }
  if (*text == 'e' || *text == 'E') {
    ++text;
    const bool down = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    std::int64_t exponent = 0;
    for (; *text >= '0' && *text <= '9'; ++text) {
      // Text is shorter than 2^31 bytes: its digits can't bring a larger exponent back into range.
      if (exponent < std::int64_t{1} << 40) exponent = exponent * 10 + (*text - '0');
    }
    power += down ? -exponent : exponent;
  }
  if (end != nullptr) *end = const_cast<char*>(text);

  if (n.empty() || power + kept < -330) return negative ? -0.0 : 0.0;
  if (power + kept > 310) return negative ? -infinity : infinity;
  constexpr std::uint32_t five_to_13 = 1220703125;
  int fives = static_cast<int>(power);  // 10^n = 5^n * 2^n
  int twos = fives;
  for (; fives >= 13; fives -= 13) n.multiply(five_to_13, 0);
  for (; fives > 0; --fives) n.multiply(5, 0);
  if (fives < 0) {
    const int room = (-fives * 7 / 3 + 64) / 32 + 1;  // limbs: log2(5) < 7/3, and 64 bits of quotient
    n.shift_left(static_cast<std::size_t>(room));
    twos -= room * 32;
    for (; fives <= -13; fives += 13) more = n.divide(five_to_13) || more;
    for (; fives < 0; ++fives) more = n.divide(5) || more;
  }
  const double size = rounded(n, twos, more);
  return negative ? -size : size;
}

}  // namespace postern::wasm
