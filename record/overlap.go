package record

// This file lets two processors share the work on a packed log file. Unpacking takes longer than
// decoding, and neither can be divided, so the goroutine that ranges over the records unpacks, and a
// second one decodes behind it:
//
//	caller   unpack 1   unpack 2   yield 1, unpack 3   yield 2, unpack 4   ...
//	worker              decode 1   decode 2            decode 3            ...
//
// It is the caller who reads from the stream, so a stream that blocks holds up nobody else, and the
// worker, which only computes, has ended when the loop has. Measured by BenchmarkUnpacked.

// batchSize is how many bytes of records are passed on together: enough to make the passing cheap,
// and little enough to stay in the caches of both processors.
const batchSize = 64 << 10

// A batch is what stands in a row in the Records of a log file: records, and errors in the places of
// those that there is nothing to decode of.
type batch struct {
	text  []byte // of the records, one behind the other
	items []item
}

type item struct {
	end   int     // of its text, which begins where that of the item before ends
	index int     // of the record
	next  int64   // the offset in the stream behind it
	rec   *Record // nil if there is an error
	err   error
}

// overlapped yields the records of the array that r is in, and what follows as long as it is in such
// arrays. It reports whether the loop goes on; if it does not, what was read ahead and not yielded is
// in r.ahead.
func (r *Reader) overlapped(yield func(*Record, error) bool) (goOn bool) {
	work, done := make(chan *batch, 1), make(chan *batch, 1)
	go func() {
		defer close(done)
		for b := range work {
			b.decode()
			done <- b
		}
	}()
	var (
		busy *batch // is with the worker
		free = []*batch{new(batch), new(batch)}
	)
	defer func() {
		close(work)
		for b := range done { // until the worker has ended
			r.ahead = append(r.ahead, b.items...)
		}
	}()
	for r.place == inRecords {
		b := free[len(free)-1]
		free = free[:len(free)-1]
		r.collect(b)
		work <- b
		if busy != nil {
			b := <-done
			if !r.deliver(b.items, yield) {
				return false
			}
			free = append(free, b)
		}
		busy = b
	}
	return r.deliver((<-done).items, yield)
}

// collect fills b with what comes next in the array that r is in.
func (r *Reader) collect(b *batch) {
	b.text = b.text[:0]
	n := 0
	for r.place == inRecords && len(b.text) < batchSize {
		index := r.index
		raw, err := r.element()
		if raw == nil && err == nil {
			break // the array has ended
		}
		if n == len(b.items) {
			b.items = append(b.items, item{})
		}
		it := &b.items[n]
		n++
		if !r.ReuseRecord || it.rec == nil {
			it.rec = new(Record)
		}
		b.text = append(b.text, raw...)
		it.end, it.index, it.next, it.err = len(b.text), index, r.at(), err
		if err == nil {
			r.index++
		}
	}
	b.items = b.items[:n]
}

// decode decodes the records of b.
func (b *batch) decode() {
	start := 0
	for i := range b.items {
		it := &b.items[i]
		raw := b.text[start:it.end]
		start = it.end
		if it.err != nil {
			continue
		}
		if at, err := it.rec.decode(raw); err != nil {
			it.err = newError(err, it.next-int64(len(raw)-at), it.index)
		}
	}
}

// deliver yields items, and keeps in r.ahead those that nobody wants any more.
func (r *Reader) deliver(items []item, yield func(*Record, error) bool) (goOn bool) {
	for i := range items {
		r.offset = items[i].next
		if !yield(items[i].outcome()) {
			r.ahead = append(r.ahead, items[i+1:]...)
			return false
		}
	}
	return true
}

// outcome returns what Read returns of an item.
func (it *item) outcome() (*Record, error) {
	if it.err != nil {
		return nil, it.err
	}
	return it.rec, nil
}
