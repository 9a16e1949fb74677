#include "core/oauth/offered_scopes.hpp"

#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::size_t max_offered = 32;
constexpr std::string_view box = "scope:";

}  // namespace

ScopeSet offered_beside(const Authority& authority, const ScopeSet& asked) {
  const ScopeSet contained = authority.scopes.expanded(asked);
  ScopeSet offered;
  for (const ScopeDefinition& definition : authority.scopes.definitions()) {
    if (offered.tokens().size() == max_offered) break;
    if (!contained.has(definition.token)) offered.add(definition.token);
  }
  return offered;
}

std::string box_of(std::string_view token) { return std::string(box).append(token); }

Result<ScopeSet, Refused> chosen_scopes(const ConsentFlow& flow, const wire::Form& form) {
  ScopeSet chosen = flow.scopes;
  for (const auto& [name, value] : form.fields()) {
    if (!name.starts_with(box)) continue;
    const std::string_view token = std::string_view(name).substr(box.size());
    if (!flow.offered.has(token)) {
      return Refused{Refusal::scope_not_offered,
                     "expected a scope that the page offered, received " + wire::display_name(token, 100),
                     {},
                     flow.subject};
    }
    chosen.add(token);
  }
  return chosen;
}

}  // namespace postern::oauth
