// Scopes: RFC 6749 s. 3.3. A set of tokens, printed in one order, and the declared hierarchy between them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// A set of scope tokens, sorted, without repetition.
class ScopeSet {
 public:
  ScopeSet() = default;
  ScopeSet(std::initializer_list<std::string_view> tokens);

  /// Space-separated scope tokens. Absent when a token has a character that RFC 6749 s. 3.3 does not allow, or when
  /// there are more than 64 of them.
  static std::optional<ScopeSet> parse(std::string_view text);

  void add(std::string_view token);
  bool has(std::string_view token) const;
  bool empty() const { return tokens_.empty(); }
  const std::vector<std::string>& tokens() const { return tokens_; }
  std::string to_string() const;

  ScopeSet united_with(const ScopeSet& other) const;
  ScopeSet without(const ScopeSet& other) const;

  bool operator==(const ScopeSet&) const = default;

 private:
  std::vector<std::string> tokens_;
};

/// One scope that the deployment knows.
struct ScopeDefinition {
  std::string token;                 ///< `notes:write`
  std::string in_words;              ///< What the consent page says: `Write and delete your notes`
  std::vector<std::string> implies;  ///< Scopes that it contains, directly: `notes:read`
  /// With it a tool shows what the identity provider tells of the user: the consent page says what that is.
  bool shows_profile = false;
};

/// All scopes of a deployment and what they imply. The same policy answers lists, calls and challenges.
class ScopePolicy {
 public:
  ScopePolicy() = default;
  explicit ScopePolicy(std::vector<ScopeDefinition> definitions) : definitions_(std::move(definitions)) {}

  const std::vector<ScopeDefinition>& definitions() const { return definitions_; }
  const ScopeDefinition* find(std::string_view token) const;
  ScopeSet all() const;

  /// `granted` with everything that it implies, through any number of steps.
  ScopeSet expanded(const ScopeSet& granted) const;
  /// Every scope of `needed` is granted, itself or by implication.
  bool allows(const ScopeSet& granted, const ScopeSet& needed) const;

 private:
  std::vector<ScopeDefinition> definitions_;
};

}  // namespace postern
