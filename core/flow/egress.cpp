#include "core/flow/egress.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "core/wire/http.hpp"
#include "core/wire/ip_address.hpp"

namespace postern {
namespace {

struct Block {
  std::array<std::uint8_t, 16> start;  ///< Its first bytes; the rest is zero.
  int bits;
};

// What is not globally reachable, or is not one host: the IANA special-purpose registries (RFC 6890) and multicast.
constexpr std::array ipv4_blocks = {
    Block{{0}, 8},              // this network
    Block{{10}, 8},             // private
    Block{{100, 64}, 10},       // carrier-grade NAT
    Block{{127}, 8},            // loopback
    Block{{169, 254}, 16},      // link local, where clouds keep their metadata
    Block{{172, 16}, 12},       // private
    Block{{192, 0, 0}, 24},     // protocol assignments
    Block{{192, 0, 2}, 24},     // documentation
    Block{{192, 31, 196}, 24},  // AS112
    Block{{192, 52, 193}, 24},  // AMT
    Block{{192, 88, 99}, 24},   // 6to4 relays
    Block{{192, 168}, 16},      // private
    Block{{192, 175, 48}, 24},  // AS112
    Block{{198, 18}, 15},       // benchmarks
    Block{{198, 51, 100}, 24},  // documentation
    Block{{203, 0, 113}, 24},   // documentation
    Block{{224}, 3},            // multicast, reserved, broadcast
};

// Of IPv6 only 2000::/3 is given out; these parts of it are not to be reached, or hold an address of another kind.
constexpr std::array ipv6_blocks = {
    Block{{0x20, 0x01, 0x00}, 23},                    // protocol assignments: Teredo, benchmarks, ORCHID
    Block{{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    Block{{0x20, 0x02}, 16},                          // 6to4: an IPv4 address follows
    Block{{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112
    Block{{0x3f, 0xff, 0x00}, 20},                    // documentation
};
constexpr Block global_unicast{{0x20}, 3};
constexpr Block nat64{{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Block mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};

bool lies_in(std::span<const std::uint8_t> address, const Block& block);
bool is_public_ipv4(std::span<const std::uint8_t> address);
bool is_public(std::string_view address);
bool is_loopback_address(std::string_view address);
bool is_declared(const wire::Uri& uri, const EgressPolicy& policy);
bool is_local_name(std::string_view host);

}  // namespace

Result<wire::Uri, wire::Malformed> judge_url(std::string_view url, Reach reach, const EgressPolicy& policy) {
  auto uri = wire::Uri::parse(url);
  if (!uri) return uri.error();
  const auto refuse = [](const char* expected) { return wire::Malformed{expected}; };
  const bool own_loopback = reach == Reach::configured && uri->is_loopback();
  if (uri->scheme != "https" && !(uri->scheme == "http" && own_loopback)) return refuse("expected https");
  if (uri->userinfo || uri->fragment) return refuse("expected no user, password or fragment");
  if (uri->host.ends_with('.')) return refuse("expected a host without a dot at its end");
  if (own_loopback || is_declared(*uri, policy)) return uri;
  if (is_local_name(uri->host)) return refuse("expected a host of the public network");
  // Mail, databases and the like can be made to misread a request.
  if (reach == Reach::stranger && uri->effective_port() != 443 && uri->effective_port() < 1024) {
    return refuse("expected port 443, or one above 1023");
  }
  return uri;
}

bool judge_address(std::string_view address, const wire::Uri& uri, Reach reach, const EgressPolicy& policy) {
  if (!wire::is_ipv4(address) && !wire::is_ipv6(address)) return false;
  if (is_declared(uri, policy)) return true;
  if (reach == Reach::configured && uri.is_loopback()) return is_loopback_address(address);
  return is_public(address);
}

namespace {

bool is_public(std::string_view address) {
  if (const auto ipv4 = wire::ipv4_bytes(address)) return is_public_ipv4(*ipv4);
  const auto ipv6 = wire::ipv6_bytes(address);
  if (!ipv6) return false;
  const std::span<const std::uint8_t> bytes(*ipv6);
  if (lies_in(bytes, mapped) || lies_in(bytes, nat64)) return is_public_ipv4(bytes.last(4));
  if (!lies_in(bytes, global_unicast)) return false;
  return std::none_of(ipv6_blocks.begin(), ipv6_blocks.end(),
                      [&](const Block& block) { return lies_in(bytes, block); });
}

bool is_public_ipv4(std::span<const std::uint8_t> address) {
  return std::none_of(ipv4_blocks.begin(), ipv4_blocks.end(),
                      [&](const Block& block) { return lies_in(address, block); });
}

bool lies_in(std::span<const std::uint8_t> address, const Block& block) {
  for (int bit = 0; bit < block.bits; bit += 8) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int left = std::min(8, block.bits - bit);
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - left));
    if ((address[at] & mask) != (block.start[at] & mask)) return false;
  }
  return true;
}

bool is_loopback_address(std::string_view address) {
  if (const auto ipv4 = wire::ipv4_bytes(address)) return (*ipv4)[0] == 127;
  return address == "::1";
}

bool is_declared(const wire::Uri& uri, const EgressPolicy& policy) {
  const std::string with_port = uri.host + ':' + std::to_string(uri.effective_port());
  return std::any_of(policy.exceptions.begin(), policy.exceptions.end(),
                     [&](const std::string& declared) { return declared == uri.host || declared == with_port; });
}

// Names that are of this machine or of the network that it stands in, whoever answers for them.
bool is_local_name(std::string_view host) {
  if (host.find_first_of(".:") == std::string_view::npos) return true;
  constexpr std::array<std::string_view, 8> endings = {".localhost", ".local", ".internal", ".intranet",
                                                       ".lan",       ".home",  ".corp",     ".home.arpa"};
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view end) { return host.ends_with(end); });
}

}  // namespace
}  // namespace postern
