#include "tools/emulator/self_made_certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "engine/base/check.h"

namespace mapisync::emulator {
namespace {

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  MAPISYNC_CHECK(extension != nullptr);
  MAPISYNC_CHECK(::X509_add_ext(certificate, extension, -1) == 1);
  ::X509_EXTENSION_free(extension);
}

std::string pem_of(X509* certificate) {
  BIO* out = ::BIO_new(::BIO_s_mem());
  MAPISYNC_CHECK(::PEM_write_bio_X509(out, certificate) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  ::BIO_free(out);
  return pem;
}

}  // namespace

SelfMadeCertificate make_certificate(const std::string& subject, Validity validity) {
  constexpr long kHour = 3600, kYear = 8760 * kHour;
  SelfMadeCertificate made;
  made.key.reset(::EVP_EC_gen("P-256"));
  made.certificate.reset(::X509_new());
  X509* certificate = made.certificate.get();
  MAPISYNC_CHECK(certificate != nullptr && made.key != nullptr);
  ::X509_set_version(certificate, 2);  // that is, version 3
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate), 1);
  ::X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * kHour);
  const long until = validity == Validity::expired ? -kHour : validity == Validity::year ? kYear : kHour;
  ::X509_gmtime_adj(X509_getm_notAfter(certificate), until);
  ::X509_set_pubkey(certificate, made.key.get());
  X509_NAME* name = ::X509_get_subject_name(certificate);
  const std::string common = "mapisync";
  ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1,
                               0);
  ::X509_set_issuer_name(certificate, name);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_subject_alt_name, subject);
  MAPISYNC_CHECK(::X509_sign(certificate, made.key.get(), ::EVP_sha256()) != 0);
  made.pem = pem_of(certificate);
  return made;
}

}  // namespace mapisync::emulator
