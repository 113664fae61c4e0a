#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string>

namespace parley::http::test {

// A key and a certificate signed with itself, good for one name and one hour; PEM.
struct TlsIdentity {
    std::string key, certificate;
};

inline std::string text_of(BIO* bio) {
    char* data = nullptr;
    long const size = BIO_get_mem_data(bio, &data);
    std::string out(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return out;
}

inline TlsIdentity make_tls_identity(std::string const& name) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>("a test"), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    std::string const names = "DNS:" + name;
    X509_EXTENSION* extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    TlsIdentity out;
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    out.key = text_of(bio);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    out.certificate = text_of(bio);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return out;
}

} // namespace parley::http::test
