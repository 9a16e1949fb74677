#include "core/mcp/schema.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace postern::mcp {
namespace {

Json parse(const std::string& text) {
  Json value = Json::parse(text, nullptr, false);
  EXPECT_FALSE(value.is_discarded()) << text;
  return value;
}

Schema compiled(const std::string& text) {
  auto schema = Schema::compile(parse(text));
  EXPECT_TRUE(schema.ok()) << text << ": " << (schema.ok() ? "" : schema.error());
  return schema.ok() ? std::move(schema).value() : Schema::compile(Json(true)).value();
}

std::string why_not(const std::string& text, const std::vector<SchemaDocument>& known = {}) {
  const auto schema = Schema::compile(parse(text), known);
  return schema.ok() ? "compiled" : schema.error();
}

std::string told(const Schema& schema, const Json& instance) {
  const auto error = schema.validate(instance);
  return error ? error->instance_path + " | " + error->keyword_path + " | " + error->expected : "valid";
}

TEST(Schema, TellsWhereWhatAndInstead) {
  const struct {
    const char* schema;
    const char* instance;
    const char* told;
  } rows[] = {
      {R"({"properties": {"title": {"type": "string"}}})", R"({"title": 5})",
       "/title | /properties/title/type | expected string, received integer"},
      {R"({"type": ["string", "null"]})", "1.5", " | /type | expected string or null, received number"},
      {R"({"type": "number"})", R"("1")", " | /type | expected number, received string"},
      {R"({"required": ["a", "b"]})", R"({"a": 1})",
       " | /required | expected the property \"b\", received an object without it"},
      {R"({"properties": {"a": {}, "b": {}}, "additionalProperties": false})", R"({"c": 1})",
       "/c | /additionalProperties | expected the property \"a\" or \"b\", received \"c\""},
      {R"({"additionalProperties": false})", R"({"c": 1})",
       "/c | /additionalProperties | expected no properties, received \"c\""},
      {R"({"enum": ["day", "week"]})", R"("year")", " | /enum | expected \"day\" or \"week\", received \"year\""},
      {R"({"const": {"a": 1}})", "[1]", " | /const | expected an object, received an array"},
      {R"({"minimum": 1})", "0", " | /minimum | expected at least 1, received 0"},
      {R"({"exclusiveMaximum": 1.5})", "1.5", " | /exclusiveMaximum | expected less than 1.5, received 1.5"},
      {R"({"multipleOf": 5})", "7", " | /multipleOf | expected a multiple of 5, received 7"},
      {R"({"minLength": 3})", R"("é")", " | /minLength | expected at least 3 characters, received 1"},
      {R"({"pattern": "^a+$"})", R"("ab")", " | /pattern | expected text that matches ^a+$, received \"ab\""},
      {R"({"items": {"maxItems": 1}})", "[[], [1, 2]]", "/1 | /items/maxItems | expected at most 1 item, received 2"},
      {R"({"uniqueItems": true})", "[1, 2, 1.0]",
       " | /uniqueItems | expected items that differ from each other, received items 0 and 2 that are equal"},
      {R"({"contains": {"type": "string"}})", "[1]",
       " | /contains | expected at least 1 item of a certain kind, received 0 of them"},
      {R"({"contains": {"type": "string"}, "maxContains": 1})", R"(["a", "b"])",
       " | /maxContains | expected at least 1 item and at most 1 of a certain kind, received 2 of them"},
      {R"({"dependentRequired": {"a": ["b"]}})", R"({"a": 1})",
       " | /dependentRequired | expected the property \"b\", because there is \"a\", received an object without it"},
      {R"({"not": {"type": "string"}})", R"("x")",
       " | /not | expected a value that the schema does not rule out, received \"x\""},
      {R"({"unevaluatedProperties": false})", R"({"x": 1})",
       "/x | /unevaluatedProperties | expected no value here, received integer"},
      {R"({"propertyNames": {"maxLength": 1}})", R"({"ab": 1})",
       "/ab | /propertyNames/maxLength | expected at most 1 character, received 2"},
      {R"({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "null"}}})", "1",
       " | /$defs/a~1b/type | expected null, received integer"},
      // alternatives: what they want together, or the one that comes closest
      {R"({"anyOf": [{"type": "string"}, {"type": "null"}]})", "1",
       " | /anyOf | expected string or null, received integer"},
      {R"({"oneOf": [{"properties": {"kind": {"const": "a"}, "x": {"type": "string"}}},
                     {"properties": {"kind": {"const": "b"}, "y": {"type": "string"}}}]})",
       R"({"kind": "b", "y": 5})", "/y | /oneOf | expected string, received integer"},
      {R"({"oneOf": [{"properties": {"kind": {"const": "a"}}}, {"properties": {"kind": {"const": "b"}}}]})",
       R"({"kind": "c"})", "/kind | /oneOf | expected \"a\" or \"b\", received \"c\""},
      {R"({"oneOf": [{"minimum": 1}, {"maximum": 5}, {"const": 9}]})", "3",
       " | /oneOf | expected a value that matches exactly one of 3 alternatives, received a value that matches "
       "alternatives 1 and 2"},
      {"false", "null", " |  | expected no value here, received null"},
      {"true", "null", "valid"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(told(compiled(row.schema), parse(row.instance)), row.told) << row.schema << " of " << row.instance;
  }
}

TEST(Schema, QuotesStrangersShortAndEscaped) {
  const Schema schema = compiled(R"({"additionalProperties": {"enum": ["a"]}})");
  const std::string long_text(5000, 'x');
  const auto error = schema.validate(Json{{long_text, "\n\x1b" + long_text}});
  ASSERT_TRUE(error);
  EXPECT_LT(error->instance_path.size() + error->expected.size(), 250U);
  EXPECT_EQ(error->expected.find('\n'), std::string::npos);
  EXPECT_EQ(error->expected.find('\x1b'), std::string::npos);
  // Cut between characters, not inside one; and text that is no UTF-8 ends no program.
  std::string accents = "x";
  for (int i = 0; i < 100; ++i) accents += "\xC3\xA9";
  EXPECT_EQ(schema.validate(Json{{"a", accents}})->expected.find("\xEF\xBF\xBD"), std::string::npos);
  EXPECT_TRUE(schema.validate(Json{{"a", "\xFF\xC3"}}));
}

TEST(Schema, RefusesMistakesInSchemas) {
  const struct {
    const char* schema;
    const char* why;
  } rows[] = {
      {"5", ": expected a schema: an object, true or false"},
      {R"({"items": [true]})", "/items: expected a schema: an object, true or false"},
      {R"({"type": "text"})", "/type: expected the name of a type, or an array of them"},
      {R"({"type": []})", "/type: expected the name of a type, or an array of them"},
      {R"({"properties": {"a": {"minLength": -1}}})", "/properties/a/minLength: expected a whole number, not negative"},
      {R"({"maxItems": 1.5})", "/maxItems: expected a whole number, not negative"},
      {R"({"minimum": "1"})", "/minimum: expected a number"},
      {R"({"multipleOf": 0})", "/multipleOf: expected more than 0"},
      {R"({"enum": 1})", "/enum: expected an array"},
      {R"({"required": "a"})", "/required: expected an array of strings"},
      {R"({"required": [1]})", "/required: expected an array of strings"},
      {R"({"dependentRequired": {"a": "b"}})", "/dependentRequired: expected an array of strings"},
      {R"({"properties": []})", "/properties: expected an object"},
      {R"({"allOf": {}})", "/allOf: expected an array of schemas"},
      {R"({"uniqueItems": 1})", "/uniqueItems: expected true or false"},
      {R"({"pattern": "(?=a)b"})", "/pattern: the pattern (?=a)b, at byte 3: look-ahead is not supported"},
      {R"({"patternProperties": {"(": {}}})", "/patternProperties: the pattern (, at byte 1: a group is not closed"},
      {R"({"$ref": 1})", "/$ref: expected a string"},
      {R"({"$id": 1})", "/$id: expected a string"},
      {R"({"$id": "a#b"})", "/$id: expected a URI without a fragment"},
      {R"({"$ref": "#/$defs/a"})", "/$ref: nothing is there to refer to: \"#/$defs/a\""},
      {R"({"$ref": "#a"})", "/$ref: nothing is there to refer to: \"#a\""},
      {R"({"$ref": "https://example.com/a"})",
       "/$ref: no document is known as \"https://example.com/a\", and nothing is fetched"},
      {R"({"$schema": "http://json-schema.org/draft-07/schema#"})",
       "/$schema: the dialect \"http://json-schema.org/draft-07/schema\" is not known; JSON Schema 2020-12 is"},
      // core s. 9.4.1: without end at one and the same value
      {R"({"$ref": "#"})", ": applies a schema to the same value without end"},
      {R"({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [true, {"$ref": "#"}]}}})",
       "/$defs/a/anyOf/1: applies a schema to the same value without end"},
      {R"({"if": true, "then": {"not": {"$ref": "#"}}})", "/then/not: applies a schema to the same value without end"},
      // deeper into the value there is an end
      {R"({"properties": {"child": {"$ref": "#"}}, "items": {"$ref": "#"}})", "compiled"},
      // a mistake that nothing reaches is none
      {R"({"$defs": {"a": {"type": "text"}}})", "compiled"},
  };
  for (const auto& row : rows) EXPECT_EQ(why_not(row.schema), row.why) << row.schema;

  std::string deep = "true";
  for (int i = 0; i < 200; ++i) deep = R"({"not": )" + deep + "}";
  EXPECT_NE(why_not(deep).find("nested too deeply"), std::string::npos);

  Json greedy = {{"allOf", Json::array()}};
  for (int i = 0; i < 20; ++i) greedy["allOf"].push_back({{"pattern", ".{10000}" + std::to_string(i)}});
  EXPECT_TRUE(Schema::compile(greedy["allOf"][0]).ok());
  EXPECT_FALSE(Schema::compile(greedy).ok());
}

TEST(Schema, RefusesVocabulariesThatItDoesNotKnow) {
  const auto dialect = [](bool required) {
    return std::vector<SchemaDocument>{
        {"https://example.com/meta", Json{{"$vocabulary", {{"https://example.com/vocab/units", required}}}}}};
  };
  const char* schema = R"({"$schema": "https://example.com/meta"})";
  EXPECT_EQ(why_not(schema, dialect(true)),
            "/$schema: the dialect requires the vocabulary \"https://example.com/vocab/units\", which is not known");
  EXPECT_EQ(why_not(schema, dialect(false)), "compiled");
}

TEST(Schema, NamesKeywordsOfOtherDocumentsByTheirAddress) {
  const std::vector<SchemaDocument> known = {
      {"https://example.com/types.json", parse(R"({"$defs": {"id": {"type": "integer"}}})")}};
  const auto schema = Schema::compile(parse(R"({"$ref": "https://example.com/types.json#/$defs/id"})"), known);
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(told(*schema, "x"), " | https://example.com/types.json#/$defs/id/type | expected integer, received string");
}

TEST(Schema, ComparesNumbersByWhatTheyMean) {
  EXPECT_EQ(told(compiled(R"({"const": 1})"), 1.0), "valid");
  EXPECT_EQ(told(compiled(R"({"type": "integer"})"), 1e30), "valid");
  EXPECT_EQ(told(compiled(R"({"multipleOf": 0.1})"), 0.3), "valid");
  EXPECT_NE(told(compiled(R"({"multipleOf": 0.1})"), 0.35), "valid");
  EXPECT_NE(told(compiled(R"({"multipleOf": 3})"), -10), "valid");
  EXPECT_EQ(told(compiled(R"({"multipleOf": 5})"), INT64_MIN + 3), "valid");
  // Neighbours that one double cannot tell apart.
  EXPECT_NE(told(compiled(R"({"maximum": 9007199254740992})"), 9007199254740993), "valid");
  EXPECT_NE(told(compiled(R"({"const": 18446744073709551615})"), 18446744073709551614U), "valid");
  EXPECT_NE(told(compiled(R"({"const": 18446744073709551615})"), -1), "valid");
  EXPECT_NE(told(compiled(R"({"minimum": 9223372036854775808.0})"), INT64_MAX), "valid");
  EXPECT_EQ(told(compiled(R"({"maximum": 0.5})"), INT64_MIN), "valid");
  EXPECT_NE(told(compiled(R"({"exclusiveMinimum": -0.5})"), -1), "valid");
  EXPECT_NE(told(compiled(R"({"uniqueItems": true})"), Json{0, -0.0}), "valid");
  EXPECT_NE(told(compiled(R"({"uniqueItems": true})"), parse(R"([{"a": [1]}, {"a": [1.0]}])")), "valid");
  EXPECT_EQ(told(compiled(R"({"uniqueItems": true})"), parse(R"([0, false, null, "", [], {}, "0"])")), "valid");
}

TEST(Schema, StopsAtValuesThatAreTooDeep) {
  const Schema schema = compiled(R"({"items": {"$ref": "#"}, "type": "array"})");
  Json deep = Json::array();
  for (int i = 0; i < 500; ++i) {
    Json around = Json::array();
    around.push_back(std::move(deep));
    deep = std::move(around);
  }
  const auto error = schema.validate(deep);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->expected, "expected a value nested less than 128 levels deep, received a deeper one");
  EXPECT_TRUE(compiled(R"({"uniqueItems": true})").validate(Json{deep, deep}));
  // Not even negation makes a value valid that was not looked at to its end.
  EXPECT_TRUE(
      compiled(R"({"not": {"$ref": "#/$defs/x"}, "$defs": {"x": {"items": {"$ref": "#/$defs/x"}}}})").validate(deep));
  // What no keyword looks into may be as deep as it likes.
  EXPECT_EQ(told(compiled(R"({"type": "array"})"), deep), "valid");
}

TEST(Schema, StopsWhenADynamicReferenceGoesRound) {
  const Schema schema = compiled(R"({"$id": "https://example.com/a", "$dynamicAnchor": "x", "$dynamicRef": "#x"})");
  EXPECT_TRUE(schema.validate(1));
}

TEST(Schema, StopsAtValuesThatCostTooMuch) {
  const char* const spent =
      "expected a value that can be checked with bounded effort, received one that is too complex";
  // Two branches at each level, and each goes on to the bottom: 2^40 visits.
  const Schema branching = compiled(R"({"anyOf": [{"properties": {"a": {"$ref": "#"}}, "required": ["b"]},
                                                  {"properties": {"a": {"$ref": "#"}}, "required": ["c"]}]})");
  Json nested = 1;
  for (int i = 0; i < 40; ++i) nested = Json{{"a", std::move(nested)}};
  EXPECT_EQ(branching.validate(nested).value_or(SchemaError{}).expected, spent);

  Json items = Json::array();
  for (int i = 0; i < 400'000; ++i) items.push_back(i);
  EXPECT_EQ(compiled(R"({"items": {"type": "integer"}})").validate(items), std::nullopt);
  EXPECT_EQ(compiled(R"({"uniqueItems": true})").validate(items), std::nullopt);
  EXPECT_EQ(compiled(R"({"items": {"not": {"allOf": [{"minimum": 0}, {"minimum": 1}, {"type": "string"}]}}})")
                .validate(items)
                .value_or(SchemaError{})
                .expected,
            spent);
  EXPECT_EQ(compiled(R"({"pattern": "^(a{1,50}){1,100}$"})")
                .validate(std::string(100'000, 'a'))
                .value_or(SchemaError{})
                .expected,
            spent);
  EXPECT_EQ(compiled(R"({"not": {"pattern": "^(a{1,50}){1,100}$"}})")
                .validate(std::string(100'000, 'a'))
                .value_or(SchemaError{})
                .expected,
            spent);
}

TEST(Schema, IsAValueThatThreadsShare) {
  Schema schema = compiled(R"({"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}},
                               "patternProperties": {"^x": {"type": "string"}}, "required": ["n"],
                               "unevaluatedProperties": false})");
  const Schema copy = schema;
  const Schema moved = std::move(schema);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      const Schema& mine = t % 2 == 0 ? copy : moved;
      for (int i = 0; i < 2000; ++i) {
        if (mine.validate(Json{{"n", i}, {"xa", "s"}}).has_value()) ++wrong[t];
        if (!mine.validate(Json{{"n", i}, {"y", "s"}}).has_value()) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

}  // namespace
}  // namespace postern::mcp
