package digest

import (
	"context"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"time"
)

// Keys gives Validate the public keys with which CloudTrail's signatures verify. They are the root
// of all trust, so they must come from CloudTrail and not from the bucket.
type Keys interface {
	// PublicKey returns the key of a Region that has the fingerprint, DER in the form of PKCS #1
	// (RSAPublicKey) or X.509 (SubjectPublicKeyInfo). CloudTrail's API finds it under the time at,
	// which is the end of the digest or, for a backfill digest, the time when it was made; up to
	// two hours around it should be asked for, since that time may lie where one key follows
	// another. The error for an unknown key must have ErrNoKey in it.
	PublicKey(ctx context.Context, region, fingerprint string, at time.Time) ([]byte, error)
}

// A KeyID is by which a public key is found.
type KeyID struct{ Region, Fingerprint string }

// A KeySet is public keys that were fetched before, for use as [Keys]. The answer of
//
//	aws cloudtrail list-public-keys --region REGION --start-time FROM --end-time TO
//
// has under Value what belongs here, in base64.
type KeySet map[KeyID][]byte

// PublicKey returns the key, whatever the time.
func (s KeySet) PublicKey(_ context.Context, region, fingerprint string, _ time.Time) ([]byte, error) {
	der, ok := s[KeyID{region, fingerprint}]
	if !ok {
		return nil, fmt.Errorf("%w: %q in %s", ErrNoKey, fingerprint, region)
	}
	return der, nil
}

// ParsePublicKey reads a public key in either of the forms in which CloudTrail is documented to give
// it. The error has ErrKey in it.
func ParsePublicKey(der []byte) (*rsa.PublicKey, error) {
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("digest: %w: %w", ErrKey, err)
	}
	if key, ok := key.(*rsa.PublicKey); ok {
		return key, nil
	}
	return nil, fmt.Errorf("digest: %w: %T", ErrKey, key)
}

// Fingerprint returns the fingerprint by which CloudTrail names a public key: the MD5 hash of what
// its API gives, in hexadecimal digits. It tells keys apart and proves nothing.
func Fingerprint(der []byte) string {
	sum := md5.Sum(der)
	return hex.EncodeToString(sum[:])
}
