// SHA256_Init() and its kin are deprecated in favour of EVP, through which all algorithms of libcrypto would come into the programs, and which asks
// for memory for each message.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/sha.h>
