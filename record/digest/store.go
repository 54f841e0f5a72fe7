package digest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
)

// A Store gives Validate the objects of one or more buckets. Validate calls it from one goroutine.
type Store interface {
	// Open returns an object, which Validate closes. The error for one that does not exist must
	// have fs.ErrNotExist in it; any other means that nothing is known about the object.
	Open(ctx context.Context, bucket, key string) (*Object, error)

	// List yields the keys that begin with prefix, in any order. It ends with the first error.
	List(ctx context.Context, bucket, prefix string) iter.Seq2[string, error]
}

// An Object is the contents of an object and its metadata: the entries that S3 has under
// x-amz-meta-, with or without these words, as the answer of GetObject has them. A digest has its
// signature there.
type Object struct {
	io.ReadCloser
	Metadata map[string]string
}

// The names of the metadata of a digest.
const (
	metaSignature = "signature"
	metaAlgorithm = "signature-algorithm"
	metaBackfill  = "backfill-generation-timestamp"
	metaPrefix    = "x-amz-meta-"
)

// meta returns the metadata with the name, or an empty text.
func (o *Object) meta(name string) string {
	for k, v := range o.Metadata {
		k = strings.ToLower(k)
		if strings.TrimPrefix(k, metaPrefix) == name {
			return v
		}
	}
	return ""
}

// Sidecar is what FS expects at the end of the name of a file with an object's metadata.
const Sidecar = ".head.json"

// An FS is a [Store] of buckets that were copied to files, by the name of the bucket:
//
//	digest.FS{"amzn-s3-demo-bucket": os.DirFS("copy")}
//
// after
//
//	aws s3 sync s3://amzn-s3-demo-bucket copy
//
// Such a copy has no metadata, and so no signatures. Each digest has that of the one before it, so
// only the newest needs a file beside it, with its own name and the ending [Sidecar], that holds what
// S3 says of it:
//
//	aws s3api head-object --bucket amzn-s3-demo-bucket --key KEY > copy/KEY.head.json
//
// Any digest may have one. Of its JSON, only the strings under Metadata are read.
type FS map[string]fs.FS

// Open returns the object and, from the file beside it, its metadata.
func (f FS) Open(_ context.Context, bucket, key string) (*Object, error) {
	fsys, ok := f[bucket]
	if !ok || !fs.ValidPath(key) {
		return nil, fmt.Errorf("open %s/%s: %w", bucket, key, fs.ErrNotExist)
	}
	file, err := fsys.Open(key)
	if err != nil {
		return nil, err
	}
	meta, err := readSidecar(fsys, key)
	if err != nil {
		file.Close()
		return nil, err
	}
	return &Object{ReadCloser: file, Metadata: meta}, nil
}

func readSidecar(fsys fs.FS, key string) (map[string]string, error) {
	file, err := fsys.Open(key + Sidecar)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, MaxSidecar+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxSidecar {
		return nil, fmt.Errorf("%s: %w: more than %d bytes", key+Sidecar, ErrLimit, MaxSidecar)
	}
	var head struct{ Metadata map[string]string }
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%s: %w", key+Sidecar, err)
	}
	return head.Metadata, nil
}

// List yields the keys of the files, without those of metadata.
func (f FS) List(_ context.Context, bucket, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		fsys, ok := f[bucket]
		dir := path.Clean(prefix[:strings.LastIndexByte(prefix, '/')+1])
		if !ok || !fs.ValidPath(dir) {
			return
		}
		err := fs.WalkDir(fsys, dir, func(key string, entry fs.DirEntry, err error) error {
			switch {
			case key == dir && errors.Is(err, fs.ErrNotExist):
				return fs.SkipAll
			case err != nil:
				return err
			case entry.IsDir() || !strings.HasPrefix(key, prefix) || strings.HasSuffix(key, Sidecar):
				return nil
			}
			if !yield(key, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield("", err)
		}
	}
}
