#!/usr/bin/env bash
# The core reads no clock, file, socket, environment or random device, and starts no thread: every symbol that the native
# library wants from outside is on the list below, and the WebAssembly modules import nothing. Prints TAP.
#
#   tests/purity.sh [libpostern_core.a]     by default that of build/release, else of build/dev (not a sanitizer's)
set -uo pipefail
cd "$(dirname "$0")/.."

library=${1:-}
for folder in build/release build/dev; do
  [[ -z $library && -e $folder/libpostern_core.a ]] && library=$folder/libpostern_core.a
done

# Whole demangled names. What is added here has to be a pure function of its arguments, memory, or a way to end.
allowed='
_GLOBAL_OFFSET_TABLE_ __dso_handle __cxa_atexit __cxa_guard_acquire __cxa_guard_release __cxa_pure_virtual
abort __assert_fail __stack_chk_fail __errno_location __libc_single_threaded
__memcpy_chk __memmove_chk __memset_chk __snprintf_chk
memchr memcmp bcmp memcpy memmove memset strlen strtod strtoll strtoull snprintf localeconv fmod round floor ceil trunc
mbedtls_ecdsa_verify mbedtls_ecp_check_pubkey mbedtls_ecp_group_free mbedtls_ecp_group_init mbedtls_ecp_group_load
mbedtls_ecp_point_free mbedtls_ecp_point_init mbedtls_ecp_point_read_binary
mbedtls_mpi_free mbedtls_mpi_init mbedtls_mpi_read_binary
mbedtls_rsa_check_pubkey mbedtls_rsa_complete mbedtls_rsa_free mbedtls_rsa_get_len mbedtls_rsa_import_raw
mbedtls_rsa_init mbedtls_rsa_rsassa_pkcs1_v15_verify mbedtls_rsa_rsassa_pss_verify_ext mbedtls_rsa_set_padding
mbedtls_chacha20_crypt mbedtls_hkdf mbedtls_md_hmac mbedtls_md_info_from_type mbedtls_platform_zeroize
operator_new(unsigned_long) operator_delete(void*) operator_delete(void*,_unsigned_long)
'
patterns='
mbedtls_(sha256|chachapoly|poly1305|md)_[a-z_]+
mbedtls_sha256
std::_Rb_tree_(in|de)crement\(.*\)
std::_Rb_tree_(insert_and_rebalance|rebalance_for_erase)\(.*\)
std::_Hash_bytes\(.*\)
std::__detail::_Prime_rehash_policy::.*
std::_Sp_make_shared_tag::_S_eq\(.*\)
std::__glibcxx_assert_fail\(.*\)
std::__throw_[a-z_]+\(.*\)
std::(exception|runtime_error|logic_error|bad_[a-z_]+)::.*
std::__cxx11::basic_string<char, .*
(vtable|typeinfo|typeinfo name) for (std::(exception|runtime_error|bad_[a-z_]+)|__cxxabiv1::__[a-z_]+_type_info)
'

number=0 failed=0
report() {  # report GOOD NAME [detail]
  number=$((number + 1))
  if [[ $1 == yes ]]; then echo "ok - $2"; else echo "not ok - $2"; failed=1; fi
  if [[ $1 != yes && -n ${3:-} ]]; then sed 's/^/# /' <<<"$3"; fi
}

# Wanted by one object and made by none of the archive, in readable names.
wanted() {
  comm -23 <(nm --undefined-only "$1" 2>/dev/null | awk '$1 == "U" {print $2}' | sort -u) \
    <(nm --defined-only "$1" 2>/dev/null | awk 'NF == 3 {print $3}' | sort -u) | c++filt
}

impure() {
  local names symbol
  names=$(tr -s ' \n' '\n\n' <<<"$allowed" | tr '_' ' ')
  while IFS= read -r symbol; do
    grep -qxF -- "$(tr '_' ' ' <<<"$symbol")" <<<"$names" && continue
    grep -qxE -f <(sed '/^$/d' <<<"$patterns") <<<"$symbol" && continue
    echo "$symbol"
  done
}

if [[ -z $library || ! -e $library ]]; then
  report no "the native library is there" "build the preset release or dev first"
else
  symbols=$(wanted "$library")
  count=$(grep -c . <<<"$symbols")
  strangers=$(impure <<<"$symbols")
  report "$([[ $count -gt 20 ]] && echo yes)" "$library: its undefined symbols can be read" "only $count found"
  report "$([[ -z $strangers ]] && echo yes)" "$library: all $count undefined symbols are pure" "$strangers"
  # The list itself is tried: a symbol of each forbidden kind has to be found.
  planted=$'time\nfopen\ngetrandom\ngetenv\npthread_create\nsocket\nclock_gettime\nprintf\nstd::random_device::_M_getval()\nstd::chrono::_V2::system_clock::now()'
  report "$([[ $(impure <<<"$planted") == "$planted" ]] && echo yes)" "clock, file, chance, environment, thread and socket would be found"
fi

node=$(command -v node || echo tests/node_modules/node/bin/node)
if [[ -e build/wasm/postern.wasm ]]; then
  imports=$("$node" tests/wasm/imports.test.mjs | sed -n 's/^\(not ok\|ok\) - [a-z]*: it imports nothing$/\1/p' | sort -u)
  report "$([[ $imports == ok ]] && echo yes)" "the modules of build/wasm import nothing"
else
  report no "the wasm module is there" "build the preset wasm first"
fi

echo "1..$number"
exit "$failed"
