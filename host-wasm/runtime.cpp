// What the C library would ask of its host, answered here: so the module has no imports at all, and any runtime that
// knows WebAssembly starts it without a shim. And two functions of its own, for as much as is needed: the C library's
// make the module 21 KB larger.
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "host-wasm/decimal.hpp"

/// Emscripten tells its JavaScript that views of the memory have to be made anew. Ours makes them for each call.
extern "C" void emscripten_notify_memory_growth(std::size_t) {}

/// Where abort() ends, in WASI's proc_exit. A trap ends the call just as well, and the host sees where it was.
extern "C" void _Exit(int) { __builtin_trap(); }

/// For numbers as RFC 8259 writes them: the parser in core/wire gives it no others.
extern "C" double strtod(const char* text, char** end) { return postern::wasm::nearest_double(text, end); }

// Both stand beside strtod in the C library. std::stof and std::stold name them, and nobody calls those.
extern "C" float strtof(const char*, char**) { __builtin_trap(); }
extern "C" long double strtold(const char*, char**) { __builtin_trap(); }

/// For what nlohmann/json prints by it, escapes of control characters and of bytes that are not UTF-8: text, and
/// unsigned numbers in hexadecimal with a least width of one figure (%04x, %.4X). Any other format traps.
extern "C" int snprintf(char* out, std::size_t size, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  std::size_t length = 0;
  const auto put = [&](char c) {
    if (++length < size) out[length - 1] = c;
  };
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    ++format;
    if (*format != '0' && *format != '.') __builtin_trap();
    const int least = *++format - '0';
    const char* const figures = *++format == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
    if (least < 1 || least > 8 || (*format != 'x' && *format != 'X')) __builtin_trap();
    const auto number = va_arg(arguments, unsigned);
    for (int figure = 7; figure >= 0; --figure) {
      if (figure < least || number >> (4 * figure) != 0) put(figures[number >> (4 * figure) & 15]);
    }
  }
  if (size != 0) out[length < size ? length : size - 1] = '\0';
  va_end(arguments);
  return static_cast<int>(length);
}
