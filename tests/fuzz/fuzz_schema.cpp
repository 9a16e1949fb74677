// Invariant: any JSON value is refused as a schema with a reason, or validates any JSON value, twice the same way, and
// so that "not" of the schema accepts exactly what the schema refuses, unless depth or work ran out on the way.
//
// Input: the schema, a line feed, the value. The schema can refer to itself as "https://example.com/self".
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/mcp/schema.hpp"
#include "core/wire/json.hpp"

namespace {

using postern::Json;
using postern::mcp::Schema;
using postern::mcp::SchemaDocument;

void require(bool holds) {
  if (!holds) std::abort();
}

bool exhausted(const std::optional<postern::mcp::SchemaError>& error) {
  return error && (error->expected.find("bounded effort") != std::string::npos ||
                   error->expected.find("levels deep") != std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), size);
  const postern::wire::JsonLimits limits{.bytes = 1 << 20, .depth = 512};
  const auto schema_read = postern::wire::parse_json(input.substr(0, end), limits);
  const auto value_read = postern::wire::parse_json(input.substr(std::min(end + 1, size)), limits);
  if (!schema_read.ok() || !value_read.ok()) return 0;
  const Json& schema = schema_read.value();
  const Json& value = value_read.value();

  const SchemaDocument known[] = {{"https://example.com/self", schema}};
  const auto compiled = Schema::compile(schema, known);
  if (!compiled.ok()) {
    require(!compiled.error().empty());
    return 0;
  }
  const auto error = compiled.value().validate(value);
  require(error == compiled.value().validate(value));
  if (error) require(error->expected.size() < 65'536 && error->instance_path.size() <= 1'100);

  const auto negated = Schema::compile(Json{{"not", {{"$ref", "https://example.com/self"}}}}, known);
  if (!negated.ok()) return 0;
  const auto opposite = negated.value().validate(value);
  if (exhausted(error) || exhausted(opposite)) {
    require(error.has_value() || opposite.has_value());
    return 0;
  }
  require(error.has_value() != opposite.has_value());
  return 0;
}
