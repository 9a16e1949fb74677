#include "host-native/system/key_ring.hpp"

#include <string>
#include <string_view>

#include "core/wire/base64.hpp"
#include "host-native/system/entropy.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/refused.hpp"

namespace postern {
namespace {

constexpr std::size_t largest_file = 64 << 10;
constexpr std::size_t id_size = 8;
constexpr std::size_t key_size = 32;

// The reason names the line and never what stands in it.
[[noreturn]] void refuse(const std::filesystem::path& file, int line, const std::string& why) {
  throw Refused(file.string() + ": line " + std::to_string(line) + ": " + why);
}

crypto::KeyRing parse(const std::filesystem::path& file, std::string_view text) {
  crypto::KeyRing ring;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    if (line.size() < id_size + 2 || line[id_size] != ' ')
      refuse(file, number, "expected an id of 8 characters and a key");
    const std::string id(line.substr(0, id_size));
    const auto bytes = wire::from_base64url(line.substr(id_size + 1));
    if (!bytes || bytes->size() != key_size) refuse(file, number, "expected a key of 32 bytes in base64url");
    if (!wire::from_base64url(id)) refuse(file, number, "expected an id of 8 characters of base64url");
    for (const crypto::MasterKey& key : ring) {
      if (key.id == id) refuse(file, number, "the id comes twice");
    }
    ring.push_back(crypto::MasterKey{id, Secret(*bytes)});
  }
  if (ring.empty()) throw Refused(file.string() + ": expected at least one key; restore the file from a backup");
  return ring;
}

}  // namespace

std::optional<crypto::KeyRing> read_key_ring(const std::filesystem::path& file) {
  const auto text = read_private_file(file, largest_file);
  if (!text) return std::nullopt;
  return parse(file, *text);
}

crypto::KeyRing read_or_create_key_ring(const std::filesystem::path& file) {
  if (auto ring = read_key_ring(file)) return *ring;
  const crypto::MasterKey key = new_key_ring().front();
  create_private_file(file, key.id + ' ' + wire::base64url(key.bytes.expose_for(Reason::performing)) + '\n');
  // Read again: where two processes start at once, the file of the first one counts for both.
  auto ring = read_key_ring(file);
  if (!ring) throw Refused(file.string() + ": it was just made, and is gone");
  return *ring;
}

crypto::KeyRing new_key_ring() {
  crypto::KeyRing ring;
  ring.push_back(crypto::MasterKey{wire::base64url(system_entropy(6)), Secret(system_entropy(key_size))});
  return ring;
}

}  // namespace postern
