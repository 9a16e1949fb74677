#include "core/flow/scope.hpp"

#include <algorithm>

namespace postern {
namespace {

constexpr std::size_t most_tokens = 64;

// RFC 6749 s. 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
bool is_scope_character(char c) { return c == 0x21 || (c >= 0x23 && c <= 0x5b) || (c >= 0x5d && c <= 0x7e); }

}  // namespace

ScopeSet::ScopeSet(std::initializer_list<std::string_view> tokens) {
  for (std::string_view token : tokens) add(token);
}

std::optional<ScopeSet> ScopeSet::parse(std::string_view text) {
  ScopeSet set;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view token = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (token.empty()) continue;
    if (!std::all_of(token.begin(), token.end(), is_scope_character)) return std::nullopt;
    set.add(token);
    if (set.tokens_.size() > most_tokens) return std::nullopt;
  }
  return set;
}

void ScopeSet::add(std::string_view token) {
  const auto at = std::lower_bound(tokens_.begin(), tokens_.end(), token);
  if (at == tokens_.end() || *at != token) tokens_.insert(at, std::string(token));
}

bool ScopeSet::has(std::string_view token) const { return std::binary_search(tokens_.begin(), tokens_.end(), token); }

std::string ScopeSet::to_string() const {
  std::string text;
  for (const std::string& token : tokens_) {
    if (!text.empty()) text += ' ';
    text += token;
  }
  return text;
}

ScopeSet ScopeSet::united_with(const ScopeSet& other) const {
  ScopeSet united = *this;
  for (const std::string& token : other.tokens_) united.add(token);
  return united;
}

ScopeSet ScopeSet::without(const ScopeSet& other) const {
  ScopeSet rest;
  for (const std::string& token : tokens_) {
    if (!other.has(token)) rest.tokens_.push_back(token);
  }
  return rest;
}

const ScopeDefinition* ScopePolicy::find(std::string_view token) const {
  for (const ScopeDefinition& definition : definitions_) {
    if (definition.token == token) return &definition;
  }
  return nullptr;
}

ScopeSet ScopePolicy::all() const {
  ScopeSet set;
  for (const ScopeDefinition& definition : definitions_) set.add(definition.token);
  return set;
}

ScopeSet ScopePolicy::expanded(const ScopeSet& granted) const {
  ScopeSet set = granted;
  std::vector<std::string> open = granted.tokens();
  while (!open.empty()) {
    const ScopeDefinition* definition = find(open.back());
    open.pop_back();
    if (definition == nullptr) continue;
    for (const std::string& implied : definition->implies) {
      if (set.has(implied)) continue;
      set.add(implied);
      open.push_back(implied);
    }
  }
  return set;
}

bool ScopePolicy::allows(const ScopeSet& granted, const ScopeSet& needed) const {
  const auto all_in = [&needed](const ScopeSet& set) {
    return std::all_of(needed.tokens().begin(), needed.tokens().end(),
                       [&set](const std::string& token) { return set.has(token); });
  };
  return all_in(granted) || all_in(expanded(granted));
}

}  // namespace postern
