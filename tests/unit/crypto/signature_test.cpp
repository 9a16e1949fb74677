#include "core/crypto/signature.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/wire/base64.hpp"
#include "tests/support/signer.hpp"

namespace postern::crypto {
namespace {

std::string bytes(std::string_view text) { return wire::from_base64url(text).value(); }

// RFC 7515 A.2.
const std::string rfc_modulus =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql"
    "L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
    "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoud"
    "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const std::string rfc_rs256_signature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG"
    "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6"
    "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const std::string payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const std::string rfc_rs256_input = "eyJhbGciOiJSUzI1NiJ9." + payload;

// RFC 7515 A.3.
const P256Key rfc_point{bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                        bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")};
const std::string rfc_es256_input = "eyJhbGciOiJFUzI1NiJ9." + payload;
const std::string rfc_es256_signature =
    bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");

// A key made with OpenSSL, and what it signed.
const std::string modulus =
    "rEjFH60ZsQaHl6Td34fDctQR-u5Ik6G56OoY5k_UYshhqoLH_D-gCO6xTcbqOTfVfq-qf8hVG37ufzuH3dU0e_OBS_TGol3U"
    "QPT_TDWwCLjThqLDo3ldtX2qAoFpz_-5WzE_qFQxNNwS-DTFQH3jFndtO42Dc5I71thJYG7iLzZGjv81cGmklV3pASuEVXkA"
    "4iX4oDsilxD7OpZRjB9kp4eeCTBgx10Vioes-dgkMyOJizIDja4LUiCfV0vNJgHHGpWdwXSNKnWNqrRUNSBSRS9190SAO_Iq"
    "UgJuRjfHG7aIHb5_i9jCkqC3MlYeMEr60bcMFZPCcpm16h9yXdopEw";
const std::string pss_signature =
    "TJH_oR9Hx0OqRIjOpItU7PCp0nbxyYErS170Dzrn1srDrZOwQfHcf5S7nK2qLbQphsxKpzW-a3muPuVnMWNcvv76CIi6mD6d"
    "QH6I94q0FCQun5_5CIkjwIDIQ16CIkPZUDVtyXw9lvwzmYBMh7otivNaYTMgS3Z2517qBXnglnq_Pcjuag_Cjjy9u6vwJUER"
    "dyEqQq1yXJBSd9vlGWNdTwVH65ITW535Va27QItChLvbiTbND6jTI2HAf7mxZ_RKaz946STTUwTP9sNQETpkqUmzEIdF2tjN"
    "raz8opUfxE9UbDIPYKyFxw7VIET6Jz-tm_qoqZBnvIn8Rmp3oTguFA";
const std::string pss_signature_short_salt =
    "Nx47O0zl7N4Y7d9u8TMYLSUWG1u919uReKT2uWIsifAltMv76zCJzL6c01WqKc_myz7TkrG5WTMjc6C83yr4bq49er69lnoe"
    "PYbfHJVh2rJXEShNdU3eme8SRPWkY0WsnwiJOXOt-NazOavoqDe_Zkde76Feivj0vZUi3zFhMn0xZuk-Cd7aZ_gXE26zbHSW"
    "MUXFuW3Jnxdt38eAtiGG7hIXik1B3_Lv7CuqLJbdJ2dY0RfSb27puHWoyFYybFEBFFDlHaPBtwOYbzX_9xtD15cAGapAMIIy"
    "B5zKUHqazT2lA1Zqq46oIVRbfKwayBPJ2MH81nau6YSeYup_hwRx_g";
const std::string pkcs1_signature =
    "SB7wE_Wx2lwQeILVAB1wRyXm2qj8UUa_txa6SeMO2yZgvpquWDrqxPL5uCrLqIO8G_WYUkjpaYQH1ZYLseyKnLw4ULsrZwsr"
    "9XYgNCf8CUff1OHKUx_qe7GO9-942OMbT6kZdXcBBlrMCxasDKPlJC-eW-wbyoJHq8BiNFDcINP7O7RpzJyne8LEJqHEbfmv"
    "R3Rk97nrEBdCGOLIrDJuDCjo5Fs9pKXeuwHX5GZy10RK8kqTKNfwWZKWCvuvTUsZEVwzKEdTn6tIDPXn5vP3wEsoJB4Zi-2m"
    "tPNb5_Rk2fhSv5Ty4XS_hZ1g8u-6-d6HENbyS7bfgJ2Yefmq2oP_pA";
const std::string short_modulus =
    "sNEn4Bt00WjhWWYgS4JmOvz3ktNCcqHqSlVm2zlE78jNKxJKqj3Jhjd9z2Z4xjPjHndhXoqPT5Ps0oRsLaciMh7UGJ_FxLvZ"
    "EkTMQr3siRUV7itSLtnopbvfTWxNj9tQSBcSgyXmRlnfC6Hn_cpPm2vHo6mnkwezUANSxnTAQsM";
const std::string short_signature =
    "rLHd6_GyAFVUpsCzoNj8iqUFz56VwciAcbeL4MdGM6_6KAYzXE76bw1xemjHuiPoqxq_SevAgxrxzN1EH0vcgOJn9MYfpXDu"
    "D0H9i08Oi1oR80sY1u4UPJ7ng2mMHIW9zW72Wr4ZPV_bf7Ku7WSe9z9ay_GUSnrjOC5bAt1LIO8";

RsaKey rsa(const std::string& n, std::string_view e = "AQAB") { return {bytes(n), bytes(e)}; }

std::string flipped(std::string text, std::size_t at) {
  text[at] = static_cast<char>(text[at] ^ 1);
  return text;
}

TEST(Signature, Es256OfTheStandard) {
  EXPECT_TRUE(verify_es256(rfc_point, rfc_es256_input, rfc_es256_signature));
  EXPECT_FALSE(verify_es256(rfc_point, rfc_es256_input + "a", rfc_es256_signature));
  for (std::size_t at = 0; at < rfc_es256_signature.size(); at += 7) {
    EXPECT_FALSE(verify_es256(rfc_point, rfc_es256_input, flipped(rfc_es256_signature, at))) << at;
  }
}

TEST(Signature, Es256RefusesWhatIsNoSignature) {
  const std::string zero(32, '\0');
  // The order of the group.
  const std::string order = bytes("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
  const std::string r = rfc_es256_signature.substr(0, 32), s = rfc_es256_signature.substr(32);
  for (const std::string& bad : {std::string(), r, zero + zero, r + zero, zero + s, order + s, r + order,
                                 std::string(64, '\xff'), rfc_es256_signature + '\0', s + r}) {
    EXPECT_FALSE(verify_es256(rfc_point, rfc_es256_input, bad));
  }
}

TEST(Signature, AP256KeyLiesOnItsCurve) {
  EXPECT_TRUE(is_usable(rfc_point));
  const std::string zero(32, '\0'), full(32, '\xff');
  const P256Key bad[] = {{rfc_point.y, rfc_point.x},
                         {zero, zero},
                         {full, full},
                         {rfc_point.x, flipped(rfc_point.y, 31)},
                         {rfc_point.x.substr(1), rfc_point.y},
                         {'\0' + rfc_point.x, rfc_point.y},
                         {"", ""}};
  for (const P256Key& key : bad) {
    EXPECT_FALSE(is_usable(key));
    EXPECT_FALSE(verify_es256(key, rfc_es256_input, rfc_es256_signature));
  }
}

TEST(Signature, Rs256OfTheStandard) {
  const std::string signature = bytes(rfc_rs256_signature);
  EXPECT_TRUE(verify_rs256(rsa(rfc_modulus), rfc_rs256_input, signature));
  EXPECT_FALSE(verify_rs256(rsa(rfc_modulus), rfc_rs256_input + "a", signature));
  EXPECT_FALSE(verify_rs256(rsa(modulus), rfc_rs256_input, signature));
  EXPECT_FALSE(verify_rs256(rsa(rfc_modulus), rfc_rs256_input, flipped(signature, 200)));
  EXPECT_FALSE(verify_rs256(rsa(rfc_modulus), rfc_rs256_input, signature.substr(1)));
  EXPECT_FALSE(verify_rs256(rsa(rfc_modulus), rfc_rs256_input, '\0' + signature));
  EXPECT_FALSE(verify_rs256(rsa(rfc_modulus), rfc_rs256_input, ""));
  EXPECT_FALSE(verify_ps256(rsa(rfc_modulus), rfc_rs256_input, signature));
}

TEST(Signature, Ps256HasASaltOf32Bytes) {
  EXPECT_TRUE(verify_ps256(rsa(modulus), "a message", bytes(pss_signature)));
  EXPECT_FALSE(verify_ps256(rsa(modulus), "another", bytes(pss_signature)));
  EXPECT_FALSE(verify_ps256(rsa(modulus), "a message", bytes(pss_signature_short_salt)));
  EXPECT_FALSE(verify_ps256(rsa(modulus), "a message", bytes(pkcs1_signature)));
  EXPECT_FALSE(verify_ps256(rsa(modulus), "a message", flipped(bytes(pss_signature), 0)));
  EXPECT_TRUE(verify_rs256(rsa(modulus), "a message", bytes(pkcs1_signature)));
  EXPECT_FALSE(verify_rs256(rsa(modulus), "a message", bytes(pss_signature)));
}

TEST(Signature, AnRsaKeyHasItsSize) {
  EXPECT_TRUE(is_usable(rsa(modulus)));
  EXPECT_TRUE(is_usable(rsa(modulus, "Aw")));         // 3
  EXPECT_FALSE(is_usable(rsa(modulus, "AQ")));        // 1
  EXPECT_FALSE(is_usable(rsa(modulus, "AA")));        // 0
  EXPECT_FALSE(is_usable(rsa(modulus, "BA")));        // 4
  EXPECT_FALSE(is_usable(rsa(modulus, "AQAAAAAB")));  // above 2^32
  EXPECT_FALSE(is_usable(RsaKey{bytes(modulus), ""}));
  EXPECT_FALSE(is_usable(RsaKey{"", bytes("AQAB")}));
  EXPECT_FALSE(is_usable(RsaKey{std::string(256, '\0'), bytes("AQAB")}));
  EXPECT_FALSE(is_usable(RsaKey{std::string(513, '\xff'), bytes("AQAB")}));
  EXPECT_FALSE(is_usable(rsa(short_modulus)));
  EXPECT_FALSE(verify_rs256(rsa(short_modulus), "a message", bytes(short_signature)));
}

TEST(Signature, WhatTheTestsSignIsGood) {
  const test::Signer signer("k");
  const P256Key key{bytes(signer.jwk()["x"].get<std::string>()), bytes(signer.jwk()["y"].get<std::string>())};
  EXPECT_TRUE(verify_es256(key, "text", signer.signature_of("text")));
  EXPECT_FALSE(verify_es256(key, "other", signer.signature_of("text")));
}

}  // namespace
}  // namespace postern::crypto
