#include "host-native/system/passwords.hpp"

#include <argon2.h>

#include <algorithm>
#include <new>
#include <string_view>
#include <thread>

#include "host-native/system/entropy.hpp"

namespace postern {
namespace {

// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane. RFC 9106 s. 4 allows less memory than its
// two recommendations where the memory is not there; a small server has to survive a few logins at once.
constexpr std::uint32_t memory_kib = 19456;
constexpr std::uint32_t passes = 2;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_size = 16;
constexpr std::size_t hash_size = 32;

std::optional<std::string> argon2id(std::string_view password) {
  const std::string salt = system_entropy(salt_size);
  std::string phc(argon2_encodedlen(passes, memory_kib, lanes, salt_size, hash_size, Argon2_id), '\0');
  const int result = argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(), salt.data(),
                                           salt.size(), hash_size, phc.data(), phc.size());
  if (result != ARGON2_OK) return std::nullopt;
  phc.resize(phc.find('\0'));
  return phc;
}

}  // namespace

// One of the places where a hash may be computed, held for as long as that takes.
class Passwords::Turn {
 public:
  explicit Turn(Passwords& passwords) : passwords_(passwords) {
    std::unique_lock lock(passwords_.mutex_);
    if (passwords_.free_ == 0 && passwords_.waiting_ >= passwords_.most_waiting_) return;
    ++passwords_.waiting_;
    passwords_.changed_.wait(lock, [this] { return passwords_.free_ > 0; });
    --passwords_.waiting_;
    --passwords_.free_;
    held_ = true;
  }
  ~Turn() {
    if (!held_) return;
    const std::lock_guard lock(passwords_.mutex_);
    ++passwords_.free_;
    passwords_.changed_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool held() const { return held_; }

 private:
  Passwords& passwords_;
  bool held_ = false;
};

Passwords::Passwords(std::size_t at_once, std::size_t waiting)
    : free_(at_once != 0 ? at_once : std::max<std::size_t>(1, std::thread::hardware_concurrency())),
      most_waiting_(waiting) {}

std::optional<bool> Passwords::verify(const std::string& phc, const Secret& password) {
  const Turn turn(*this);
  if (!turn.held()) return std::nullopt;
  const std::string_view bytes = password.expose_for(Reason::hashing);
  const int result = argon2id_verify(phc.c_str(), bytes.data(), bytes.size());
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR) return std::nullopt;
  return result == ARGON2_OK;
}

std::optional<std::string> Passwords::hash(const Secret& password) {
  const Turn turn(*this);
  if (!turn.held()) return std::nullopt;
  return argon2id(password.expose_for(Reason::hashing));
}

std::string Passwords::decoy() {
  auto phc = argon2id(system_entropy(32));
  if (!phc) throw std::bad_alloc();
  return *phc;
}

}  // namespace postern
