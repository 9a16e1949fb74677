// Errors in words. Nothing here runs for a valid value, and what a stranger wrote is quoted short and escaped.
#include "core/mcp/schema.hpp"
#include "core/mcp/schema_validator.hpp"
#include "core/wire/json.hpp"

namespace postern::mcp::schema {
namespace {

constexpr std::size_t kMostBytesQuoted = 64;
constexpr std::size_t kMostPathBytes = 1024;
constexpr std::uint32_t kMostListed = 10;

constexpr struct {
  std::uint32_t bit;
  const char* name;
} kTypeNames[] = {
    {kString, "string"}, {kNumber, "number"}, {kInteger, "integer"}, {kBoolean, "boolean"},
    {kObject, "object"}, {kArray, "array"},   {kNull, "null"},
};

// Cut between two characters, so that what is left is UTF-8 still.
std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return std::string(text.substr(0, most)) + "...";
}

std::string quote(std::string_view text) { return wire::json_text(cut(text, kMostBytesQuoted)); }

std::string type_name(const Json& value) {
  if (value.is_number()) return is_whole(value) ? "integer" : "number";
  return value.type_name();
}

// A scalar as it is; a container by its kind.
std::string shown(const Json& value) {
  if (const auto* text = value.get_ptr<const Json::string_t*>()) return quote(*text);
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  return wire::dump_json(value);
}

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

void add_to_list(std::string& list, std::string_view word) {
  if (!list.empty()) list += " or ";
  list += word;
}

// The others name their keyword where they fail, and `false` has none.
constexpr struct {
  Op op;
  const char* name;
} kKeywordNames[] = {
    {Op::type, "type"},
    {Op::constant, "const"},
    {Op::enumeration, "enum"},
    {Op::multiple_of, "multipleOf"},
    {Op::maximum, "maximum"},
    {Op::exclusive_maximum, "exclusiveMaximum"},
    {Op::minimum, "minimum"},
    {Op::exclusive_minimum, "exclusiveMinimum"},
    {Op::max_length, "maxLength"},
    {Op::min_length, "minLength"},
    {Op::pattern, "pattern"},
    {Op::max_items, "maxItems"},
    {Op::min_items, "minItems"},
    {Op::unique_items, "uniqueItems"},
    {Op::max_properties, "maxProperties"},
    {Op::min_properties, "minProperties"},
    {Op::any_of, "anyOf"},
    {Op::one_of, "oneOf"},
    {Op::negation, "not"},
};

const char* keyword_of(Op op) {
  for (const auto& keyword : kKeywordNames) {
    if (keyword.op == op) return keyword.name;
  }
  return "";
}

std::string received(const Check& check, const Json& value, Work work) {
  switch (check.op) {
    case Op::max_length:
    case Op::min_length: {
      const auto* text = value.get_ptr<const Json::string_t*>();
      return std::to_string(text == nullptr ? 0 : count_code_points(*text));
    }
    case Op::max_items:
    case Op::min_items:
    case Op::max_properties:
    case Op::min_properties:
      return std::to_string(value.size());
    case Op::unique_items: {
      work.steps = Schema::max_steps;
      const auto [first, second] = find_duplicate(value, work);
      return "items " + std::to_string(first) + " and " + std::to_string(second) + " that are equal";
    }
    case Op::never:
    case Op::type:
      return type_name(value);
    default:
      return shown(value);
  }
}

}  // namespace

std::string Validator::wanted(const Check& check) const {
  std::string words;
  switch (check.op) {
    case Op::type:
      for (const auto& type : kTypeNames) {
        if ((check.a & type.bit) == 0 || (type.bit == kInteger && (check.a & kNumber) != 0)) continue;
        add_to_list(words, type.name);
      }
      return words;
    case Op::constant:
      return shown(program_.values[check.a]);
    case Op::enumeration:
      for (std::uint32_t i = 0; i < check.b && i < kMostListed; ++i) {
        add_to_list(words, shown(program_.values[check.a + i]));
      }
      return check.b > kMostListed ? words + " or another of " + std::to_string(check.b) + " values" : words;
    case Op::multiple_of:
      return "a multiple of " + wire::dump_json(program_.values[check.a]);
    case Op::maximum:
      return "at most " + wire::dump_json(program_.values[check.a]);
    case Op::exclusive_maximum:
      return "less than " + wire::dump_json(program_.values[check.a]);
    case Op::minimum:
      return "at least " + wire::dump_json(program_.values[check.a]);
    case Op::exclusive_minimum:
      return "more than " + wire::dump_json(program_.values[check.a]);
    case Op::max_length:
      return "at most " + counted(check.a, "character", "characters");
    case Op::min_length:
      return "at least " + counted(check.a, "character", "characters");
    case Op::pattern:
      return "text that matches " + program_.patterns[check.a].text;
    case Op::max_items:
      return "at most " + counted(check.a, "item", "items");
    case Op::min_items:
      return "at least " + counted(check.a, "item", "items");
    case Op::unique_items:
      return "items that differ from each other";
    case Op::max_properties:
      return "at most " + counted(check.a, "property", "properties");
    case Op::min_properties:
      return "at least " + counted(check.a, "property", "properties");
    case Op::contains:
      words = "at least " + counted(check.b, "item", "items");
      if (check.c != kNone) words += " and at most " + std::to_string(check.c);
      return words + " of a certain kind";
    case Op::one_of:
      return "a value that matches exactly one of " + counted(check.b, "alternative", "alternatives");
    case Op::any_of:
      return "a value that matches one of " + counted(check.b, "alternative", "alternatives");
    case Op::negation:
      return "a value that the schema does not rule out";
    default:
      return "no value here";
  }
}

bool Validator::fail(const Node& node, const Check& check, const Json& value, const Place& place) {
  if (report_ == nullptr || stopped_) return false;
  return fail(node, check.op, keyword_of(check.op), place, wanted(check), received(check, value, work_));
}

bool Validator::fail(const Node& node, Op op, std::string_view keyword, const Place& place, std::string wanted_words,
                     std::string received_words) {
  if (report_ == nullptr || stopped_) return false;
  report_->instance_path = place.to_pointer();
  report_->keyword_path = node.location;
  if (!keyword.empty()) (report_->keyword_path += '/') += keyword;
  report_->wanted = std::move(wanted_words);
  report_->received = std::move(received_words);
  report_->op = op;
  report_->depth = 0;
  for (const Place* at = place.parent; at != nullptr; at = at->parent) ++report_->depth;
  return false;
}

bool Validator::fail_member(const Node& node, const ObjectRule& rule, const Json& value, const Place& place) {
  if (report_ == nullptr) return false;
  for (const ObjectRule::Member& member : rule.members) {
    if (!member.required || value.contains(member.name)) continue;
    return fail(node, Op::members, "required", place, "the property " + quote(member.name), "an object without it");
  }
  return false;
}

bool Validator::fail_additional(const Node& node, const ObjectRule& rule, const Place& place) {
  if (report_ == nullptr) return false;
  std::string list;
  std::uint32_t listed = 0;
  for (const ObjectRule::Member& member : rule.members) {
    if (member.node != kNone && listed++ < kMostListed) add_to_list(list, quote(member.name));
  }
  if (listed > kMostListed) list += " or another known one";
  if (!rule.patterns.empty()) add_to_list(list, "one that matches a pattern");
  return fail(node, Op::members, "additionalProperties", place, list.empty() ? "no properties" : "the property " + list,
              quote(*place.name));
}

// Tells of the alternative that the value comes closest to: whose error is deepest inside the value, and at the same
// depth rather one that is not about a constant, since constants tell alternatives apart. When several end at the same
// place, what they want is put together.
bool Validator::fail_alternatives(const Node& node, const Check& check, const Json& value, const Place& place) {
  if (report_ == nullptr) return false;
  Failure* const report = report_;
  Failure best;
  std::uint32_t best_rank = 0;
  for (std::uint32_t i = 0; i < check.b && !stopped_; ++i) {
    Failure one;
    report_ = &one;
    visit(program_.ids[check.a + i], value, place, nullptr);
    const bool is_constant = one.op == Op::constant || one.op == Op::enumeration;
    const std::uint32_t rank = 2 * one.depth + (is_constant ? 1 : 2);
    if (rank > best_rank) {
      best = std::move(one);
      best_rank = rank;
    } else if (rank == best_rank && one.op == best.op && one.instance_path == best.instance_path && i < kMostListed &&
               one.received == best.received && best.wanted.find(one.wanted) == std::string::npos) {
      add_to_list(best.wanted, one.wanted);
    }
  }
  report_ = report;
  if (stopped_) return false;
  *report = std::move(best);
  if (check.b > 1) report->keyword_path = node.location + '/' + keyword_of(check.op);
  return false;
}

bool Validator::stop(const Place& place) {
  if (stopped_) return false;
  const bool too_deep = !work_.spent;
  stopped_ = true;
  work_.spend(work_.steps + 1);
  if (outcome_ == nullptr) return false;
  *outcome_ = {place.to_pointer(), {}, {}, {}, Op::never, 0};
  outcome_->wanted = too_deep ? "a value nested less than " + std::to_string(Schema::max_depth) + " levels deep"
                              : std::string("a value that can be checked with bounded effort");
  outcome_->received = too_deep ? "a deeper one" : "one that is too complex";
  return false;
}

std::string Place::to_pointer() const {
  std::string pointer;
  for (const Place* at = this; at->parent != nullptr; at = at->parent) {
    pointer.insert(
        0, at->name != nullptr ? pointer_token(cut(*at->name, kMostBytesQuoted)) : "/" + std::to_string(at->index));
  }
  return cut(pointer, kMostPathBytes);
}

}  // namespace postern::mcp::schema
