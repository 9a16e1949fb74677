// WWW-Authenticate, RFC 9110 s. 11.6.1: what a server prints and what a client reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::wire {

struct Challenge {
  std::string scheme;                                           ///< as printed; compared without case
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case when parsed; values unquoted
  std::string token68;                                          ///< "Negotiate YWJj": mostly empty; excludes parameters

  bool operator==(const Challenge&) const = default;

  /// The first parameter of that name, without case; nullptr when absent.
  const std::string* parameter(std::string_view name) const;
};

/// `Bearer resource_metadata="...", scope="..."`: every value quoted and escaped. Control characters cannot be quoted
/// and would split the response: they are left out.
std::string print(const Challenge& challenge);

/// All challenges of one field value, or of several joined by commas. Absent when the field is not well formed, empty,
/// or has more than 32 challenges or parameters in one.
std::optional<std::vector<Challenge>> parse_challenges(std::string_view field);

}  // namespace postern::wire
