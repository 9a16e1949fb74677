// Somebody else's signing key: the same text always gets the same signature (RS256), which ECDSA of node does not give. The
// key is nobody's.
import { createPrivateKey, sign } from "node:crypto";

const jwk = {
  kty: "RSA",
  n:
    "qmid6JkvUv_9kfyNnMKFvc4ngeLiYAyk-ewM7lbYe51QlTeobgMlhkhle7SAhV7YmJRt2llacJ_Jrexz2YUNUE9UZOw-jUynb62y" +
    "LRGtx7aVxq7Dbgac2D1tsPnm7JE6tsl7HOoTyqWwzxJB7NafLaClVR5aI08h1xmve18ykCOB3KRrgZxY50eqovlsAJ4jllx_29V0" +
    "smt_pJDK8uiwLiLbbv1r2NoelStNkEfJlsOZmPewLiSeDzpday1sNQVZIYSF40echj8o9M4CSvqjg91ouFO3_V07zfrhosMWnuJ5" +
    "fBCNw61agZkJj8z7yMmNQDVeM2pun6yVUBI4FpoAVw",
  e: "AQAB",
  d:
    "C4J-a-fw0NfWfiZDQFvJIb1LYNP8u0UPXYwKgYyfGZZSC4oTV77hqXS5WgYiih-SXJfl5ZIUcDfyrMskNgRtFkgNaLWmMfAD_SCL" +
    "wMyJYsxbyGwkagmLTXW0s3fll4PlpdPs-1J6HL1dOFdA2ajTXocTs7CVoP3myLsE5b3T0fVfscN7FK_LkI1vybxQvWYD9SOGgDmf" +
    "OV9kEG9R7CkBLiwZFyk1UFJ8N6VT0Aq1g4DKzmaURUX0ih-iovC1kf1Kdbf-9S_Vx1xGC9zXm3WwFpP_qjBKjCZRs-nSGsOMobGF" +
    "S9h7ZIuuHWIRJfnyoiZRNKnF1eF5g1l70N9ZG-YevQ",
  p:
    "4iTe15ZNs3ikxlgJyFL4K2QwRy_FAhFymgtj10EXDjUB6HiVC0-eFD9-9bhY7VWrjLuT7wujSG7KnoZTUhViAqfpygZ7SD3VTHRt" +
    "t6B9WaCqljJpn5apr44CbmzEomtUXRnvSBxEE4onxIzQmd3PtdYgAk4VL99fgAWMXUPfJu0",
  q:
    "wOgGEjfFMLukOy12xM32ZTQGPt_vDUahMi4TG82kGRmWC_XmG8yX4K_cqlm9NQQ03MPc4HXNItgmIzOoti0Bb5L-8vedsEF4cNYm" +
    "ULiVbmxCR11nlJK4ahXz_u6IIfK3B1bztuPuBlV_hhJkl5TsLBVyAiEdabtMd2KSdquQN9M",
  dp:
    "LYKoChDogDbGSlhLV7JC2VCnWpwldJ4YRyIFrLsfra9DPAqQTB9wu7hvj3nTA6hbBs51HgVkjd4mDrMPr5Q4DjrGlO6q_sXa2DES" +
    "J4M31sK7sdBha0mByp-0o45mIB2jc70VZ5iwppIGIMsJ6_00oO5_sJcQMnssl_IF5nsTPJ0",
  dq:
    "iiMchdst99HGryHFVPTwJlR0zH1rH6SeNeLMiDJf-iFaU0JI_0sozxrf95S_asGSYSxYdNumg_coiDir7ZiY2J74tmAeqWKYrqSL" +
    "V252g1Y-t__o9nmCWWVTDhEdpsG50yWu7B6YCi0bXpS5N9rKrF7G_0NbXqVjAnKx0wzT_0U",
  qi:
    "sOJQiej3vDeq5HJkcARH7glVvEa9x88N1dYyaDKAvqh9hYPk7voT30Wzc7hKZ8azV3Ux2clXMzZycIriSMyqGftNdJUsmebI2NyL" +
    "9qmd0O0EMFBa-C0uOWevADYZnJMSn3FFRoEDtg5hAD46MSoDiyi_yrCzqQ8jSJfkP0yBHK0",
};
const key = createPrivateKey({ key: jwk, format: "jwk" });

/** What its owner publishes. */
export const jwks = { keys: [{ kty: "RSA", n: jwk.n, e: jwk.e, kid: "k1", alg: "RS256", use: "sig" }] };

const encoded = (json) => Buffer.from(JSON.stringify(json)).toString("base64url");

/** A compact JWS of these claims. */
export function signed(claims, header = {}) {
  const text = `${encoded({ alg: "RS256", kid: "k1", ...header })}.${encoded(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}
