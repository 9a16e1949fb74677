// Media types and Accept: declared in http.hpp.
#include <algorithm>
#include <cstddef>

#include "core/wire/characters.hpp"
#include "core/wire/field_reader.hpp"
#include "core/wire/http.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t max_parameters = 32;

/// type/subtype with parameters, and what follows left in the reader: nothing, or a comma of a list.
std::optional<MediaType> read_media_type(FieldReader& reader);

/// 3 for the type itself, 2 for "type/*", 1 for "*/*", 0 when the range does not cover it.
int specificity(std::string_view range, std::string_view media_type);

/// In thousandths, 1000 without a weight. Absent when malformed. RFC 9110 s. 12.4.2.
std::optional<int> weight(const MediaType& range);

}  // namespace

const std::string* MediaType::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<MediaType> parse_media_type(std::string_view text) {
  FieldReader reader{trim_ows(text)};
  auto media_type = read_media_type(reader);
  if (!media_type || !reader.at_end()) return std::nullopt;
  return media_type;
}

bool accepts(std::string_view accept_header, std::string_view media_type) {
  FieldReader reader{accept_header};
  const std::string wanted = lower_case(media_type);
  bool any_range = false;
  int best = 0;
  int weight_of_best = 0;
  while (!reader.at_end()) {
    reader.skip_ows();
    if (reader.take(',')) continue;
    if (reader.at_end()) break;
    any_range = true;
    const auto range = read_media_type(reader);
    const auto range_weight = range ? weight(*range) : std::nullopt;
    reader.skip_ows();
    if (!range_weight || (!reader.at_end() && !reader.rest.starts_with(','))) {
      reader.rest.remove_prefix(std::min(reader.rest.find(','), reader.rest.size()));
      continue;
    }
    const int covers = specificity(range->type, wanted);
    if (covers > best || (covers == best && covers > 0 && *range_weight > weight_of_best)) {
      best = covers;
      weight_of_best = *range_weight;
    }
  }
  return !any_range || weight_of_best > 0;
}

namespace {

std::optional<MediaType> read_media_type(FieldReader& reader) {
  const std::string_view whole = reader.rest;
  const std::string_view type = reader.token();
  if (type.empty() || !reader.take('/')) return std::nullopt;
  const std::string_view subtype = reader.token();
  if (subtype.empty()) return std::nullopt;
  MediaType media_type{lower_case(whole.substr(0, type.size() + 1 + subtype.size())), {}};
  while (true) {
    const std::string_view before_ows = reader.rest;
    reader.skip_ows();
    if (!reader.take(';')) {
      reader.rest = before_ows;
      return media_type;
    }
    reader.skip_ows();
    const std::string_view name = reader.token();
    if (name.empty()) continue;  // "a/b; ;c=d": empty parameters are allowed (RFC 9110 s. 5.6.6)
    if (!reader.take('=') || media_type.parameters.size() == max_parameters) return std::nullopt;
    auto value = reader.token_or_quoted_string();
    if (!value) return std::nullopt;
    media_type.parameters.emplace_back(lower_case(name), std::move(*value));
  }
}

int specificity(std::string_view range, std::string_view media_type) {
  if (range == media_type) return 3;
  if (range == "*/*") return 1;
  const bool whole_type = range.ends_with("/*") && media_type.starts_with(range.substr(0, range.size() - 1));
  return whole_type ? 2 : 0;
}

std::optional<int> weight(const MediaType& range) {
  const std::string* q = range.parameter("q");
  if (q == nullptr) return 1000;
  const bool well_formed = !q->empty() && q->size() <= 5 && (q->front() == '0' || q->front() == '1') &&
                           (q->size() == 1 || (*q)[1] == '.') &&
                           std::all_of(q->begin() + std::min<std::ptrdiff_t>(2, std::ssize(*q)), q->end(), is_digit);
  if (!well_formed) return std::nullopt;
  int thousandths = (q->front() - '0') * 1000;
  int place = 100;
  for (std::size_t i = 2; i < q->size(); ++i, place /= 10) thousandths += ((*q)[i] - '0') * place;
  if (thousandths > 1000) return std::nullopt;
  return thousandths;
}

}  // namespace
}  // namespace postern::wire
