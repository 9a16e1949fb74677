// A secret is a type: it does not print, compares in constant time, wipes itself, and is opened only by a long name
// that a search finds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace postern {

/// Why a secret is being looked into. Every use names one; there is no other way in.
enum class Reason { hashing, sealing, sending_to_its_owner, performing };

/// Bytes that must not be seen: a password, a token, a code, a key.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe();
      bytes_ = other.bytes_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      bytes_ = other.bytes_;
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }

  /// The bytes themselves. Valid while this secret lives.
  std::string_view expose_for(Reason) const { return bytes_; }

  /// Equal bytes. The time taken depends on the lengths alone.
  friend bool operator==(const Secret& left, const Secret& right) { return same_bytes(left.bytes_, right.bytes_); }

  /// Constant-time comparison for values that are not wrapped (a hash, a MAC).
  static bool same_bytes(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      difference = static_cast<unsigned char>(
          difference | (static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i])));
    }
    return difference == 0;
  }

 private:
  void wipe() {
    volatile char* bytes = bytes_.data();
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes[i] = 0;
    bytes_.clear();
  }

  std::string bytes_;
};

}  // namespace postern
