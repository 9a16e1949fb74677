#include "host-wasm/memory.hpp"

#include <cstdint>
#include <cstring>
#include <new>

extern "C" char __heap_base;  // the linker's: behind the stack and the data

namespace postern::wasm::memory {
namespace {

constexpr std::size_t page = 64 << 10;
constexpr std::size_t alignment = 8;
constexpr std::size_t pages_at_once = 16;

std::uintptr_t address(const char* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

char* kept = nullptr;  // until the first call: then what constants of the program have allocated is kept
char* next = &__heap_base;
std::uintptr_t end = 0;

bool grow_to(std::uintptr_t wanted) {
  const std::size_t pages = __builtin_wasm_memory_size(0);
  const std::size_t needed = (wanted + page - 1) / page;
  if (needed > pages) {
    const std::size_t most = needed - pages < pages_at_once ? pages_at_once : needed - pages;
    if (__builtin_wasm_memory_grow(0, most) == SIZE_MAX) return false;
  }
  end = __builtin_wasm_memory_size(0) * page;
  return true;
}

}  // namespace

void put_back() {
  if (kept == nullptr) keep();
  next = kept;
}

void keep() { kept = next; }

char* take(std::size_t size) {
  const std::size_t rounded = (size + alignment - 1) & ~(alignment - 1);
  const std::uintptr_t wanted = address(next) + rounded;
  if (rounded < size || wanted < rounded) return nullptr;
  if (wanted > end && !grow_to(wanted)) return nullptr;
  char* const taken = next;
  next += rounded;
  return taken;
}

}  // namespace postern::wasm::memory

void* operator new(std::size_t size) {
  void* const taken = postern::wasm::memory::take(size);
  if (taken == nullptr) __builtin_trap();
  return taken;
}
void operator delete(void*) noexcept {}
void operator delete(void*, std::size_t) noexcept {}

// What Mbed TLS calls.
extern "C" void* calloc(std::size_t count, std::size_t size) {
  char* const taken = count != 0 && size > SIZE_MAX / count ? nullptr : postern::wasm::memory::take(count * size);
  return taken == nullptr ? nullptr : std::memset(taken, 0, count * size);
}
extern "C" void free(void*) {}
