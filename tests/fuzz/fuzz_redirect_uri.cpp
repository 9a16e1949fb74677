// Invariant: a redirect URI matches itself and only what differs in a loopback port; it never runs, hides or leaves http.
#include <algorithm>
#include <string>

#include "core/wire/redirect_uri.hpp"
#include "tests/fuzz/check.hpp"

using namespace postern::wire;

namespace {

void check_one(const RedirectUri& uri) {
  check(matches(uri, uri));
  check(!uri.uri().fragment && !uri.uri().userinfo && !uri.display_host().empty());
  check(uri.text().find_first_of("\\#\r\n\t <>\"") == std::string::npos);
  const std::string& scheme = uri.uri().scheme;
  check(scheme != "javascript" && scheme != "data" && scheme != "file" && scheme != "blob" &&
        !scheme.starts_with("ms-"));
  check(scheme != "http" || uri.uri().is_loopback());
  const auto bare = RedirectUri::parse(uri.without_loopback_port());
  check(bare.ok() && matches(uri, *bare) && matches(*bare, uri) && bare->uri().path == uri.uri().path);
  check(!uri.is_loopback() || !bare->uri().port);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto cut = std::min(text.find('\n'), text.size());  // two URIs, one on each line
  const auto left = RedirectUri::parse(text.substr(0, cut));
  const auto right = RedirectUri::parse(text.substr(std::min(cut + 1, text.size())));
  if (left) check_one(*left);
  if (right) check_one(*right);
  if (left && right) {
    check(matches(*left, *right) == matches(*right, *left));
    if (matches(*left, *right) && !(*left == *right)) {
      check(left->is_loopback() && left->uri().host == right->uri().host && left->uri().query == right->uri().query);
    }
  }
  return 0;
}
