#include "core/mcp/schema_values.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "core/mcp/schema.hpp"

namespace postern::mcp::schema {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

/// An integer as sign and size, which holds all that a Json integer can be.
struct Integer {
  bool negative;
  std::uint64_t size;
};

Integer integer_of(const Json& number) {
  if (const auto* natural = number.get_ptr<const Json::number_unsigned_t*>()) return {false, *natural};
  const auto* signed_value = number.get_ptr<const Json::number_integer_t*>();
  const std::int64_t value = signed_value == nullptr ? 0 : *signed_value;
  return {value < 0,
          value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value)};
}

double double_of(const Json& number) {
  if (const auto* real = number.get_ptr<const Json::number_float_t*>()) return *real;
  const Integer integer = integer_of(number);
  const auto size = static_cast<double>(integer.size);
  return integer.negative ? -size : size;
}

int sign_of(bool less, bool more) { return less ? -1 : more ? 1 : 0; }

int compare_integers(Integer left, Integer right) {
  if (left.negative != right.negative) return left.negative ? -1 : 1;
  const int by_size = sign_of(left.size<right.size, left.size> right.size);
  return left.negative ? -by_size : by_size;
}

int compare_real_to_integer(double real, Integer integer) {
  if (real >= kTwoTo64) return 1;
  if (real < -kTwoTo63) return -1;
  const double whole = std::trunc(real);
  const Integer truncated{whole < 0, static_cast<std::uint64_t>(std::fabs(whole))};
  const int by_whole = compare_integers(truncated, integer);
  return by_whole != 0 ? by_whole : sign_of(real<whole, real> whole);
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t more) {
  hash = (hash ^ more) * 0x9E3779B97F4A7C15U;
  return hash ^ (hash >> 29U);
}

std::uint64_t hash_text(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return mix(hash, text.size());
}

// Equal values have equal hashes. Others may collide, on purpose too: then the probes cost work, which is bounded.
std::uint64_t hash_of(const Json& value, std::uint64_t hash, Work& work) {
  if (!work.spend(1) || work.depth >= Schema::max_depth) {
    work.spend(work.steps + 1);
    return 0;
  }
  ++work.depth;
  if (const auto* text = value.get_ptr<const Json::string_t*>()) {
    work.spend(text->size() / 16);
    hash = hash_text(mix(hash, 1), *text);
  } else if (value.is_number()) {
    const double number = double_of(value);
    hash = mix(mix(hash, 2), number == 0 ? 0 : std::hash<double>{}(number));
  } else if (value.is_array()) {
    hash = mix(hash, 3);
    for (const Json& item : value) hash = hash_of(item, hash, work);
  } else if (const auto* object = value.get_ptr<const Json::object_t*>()) {
    hash = mix(hash, 4);
    for (const auto& [name, member] : *object) hash = hash_of(member, hash_text(hash, name), work);
  } else {
    hash = mix(hash, value.is_null() ? 5 : *value.get_ptr<const Json::boolean_t*>() ? 6 : 7);
  }
  --work.depth;
  return hash;
}

}  // namespace

int compare_numbers(const Json& left, const Json& right) {
  const auto* left_real = left.get_ptr<const Json::number_float_t*>();
  const auto* right_real = right.get_ptr<const Json::number_float_t*>();
  if (left_real != nullptr && right_real != nullptr) return sign_of(*left_real<*right_real, *left_real> * right_real);
  if (left_real != nullptr) return compare_real_to_integer(*left_real, integer_of(right));
  if (right_real != nullptr) return -compare_real_to_integer(*right_real, integer_of(left));
  return compare_integers(integer_of(left), integer_of(right));
}

bool is_multiple(const Json& value, const Json& divisor) {
  if (!value.is_number_float() && !divisor.is_number_float())
    return integer_of(value).size % integer_of(divisor).size == 0;
  const double dividend = double_of(value);
  const double quotient = dividend / double_of(divisor);
  if (!std::isfinite(quotient)) return std::fmod(dividend, double_of(divisor)) == 0;
  const double distance = std::fabs(quotient - std::round(quotient));
  return distance <= std::fabs(quotient) * 2.3e-16;  // one unit in the last place of a double
}

bool is_whole(const Json& number) {
  const auto* real = number.get_ptr<const Json::number_float_t*>();
  return real == nullptr || std::trunc(*real) == *real;
}

bool equal(const Json& left, const Json& right, Work& work) {
  if (left.is_number() && right.is_number()) return work.spend(1) && compare_numbers(left, right) == 0;
  if (left.type() != right.type()) return work.spend(1) && false;
  if (work.depth >= Schema::max_depth) return work.spend(work.steps + 1);
  if (const auto* text = left.get_ptr<const Json::string_t*>()) {
    return work.spend(1 + text->size() / 64) && *text == *right.get_ptr<const Json::string_t*>();
  }
  if (const auto* truth = left.get_ptr<const Json::boolean_t*>()) {
    return work.spend(1) && *truth == *right.get_ptr<const Json::boolean_t*>();
  }
  if (left.size() != right.size() || !work.spend(1)) return false;
  ++work.depth;
  bool same = true;
  if (left.is_array()) {
    for (std::size_t i = 0; i < left.size() && same; ++i) same = equal(left[i], right[i], work);
  } else if (const auto* object = left.get_ptr<const Json::object_t*>()) {
    auto other = right.get_ptr<const Json::object_t*>()->begin();
    for (auto it = object->begin(); it != object->end() && same; ++it, ++other) {
      same = it->first == other->first && equal(it->second, other->second, work);
    }
  }
  --work.depth;
  return same;
}

std::pair<std::size_t, std::size_t> find_duplicate(const Json& array, Work& work) {
  const std::size_t size = array.size();
  std::pair<std::size_t, std::size_t> found{size, size};
  if (size < 2 || !work.spend(size)) return found;
  // An open hash table, at most half full, of positions counted from 1.
  std::size_t mask = 3;
  while (mask < 2 * size) mask = 2 * mask + 1;
  std::vector<std::uint64_t> hashes(size);
  std::vector<std::uint32_t> slots(mask + 1);
  for (std::size_t i = 0; i < size; ++i) {
    hashes[i] = hash_of(array[i], 0, work);
    std::size_t slot = static_cast<std::size_t>(hashes[i]) & mask;
    for (; slots[slot] != 0; slot = (slot + 1) & mask) {
      const std::size_t other = slots[slot] - 1;
      if (!work.spend(1)) return found;
      if (hashes[other] == hashes[i] && equal(array[other], array[i], work)) return {other, i};
    }
    if (work.spent) return found;
    slots[slot] = static_cast<std::uint32_t>(i + 1);
  }
  return found;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

}  // namespace postern::mcp::schema
