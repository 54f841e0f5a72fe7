package record

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// This file reads what a subscription filter of CloudWatch Logs sends of a log group that a trail
// writes to. A record is the text of a log event:
//
//	{"messageType":"DATA_MESSAGE","logEvents":[{"id":"...","timestamp":...,"message":"{\"eventVersion\"..."}]}
//
// and all of that is packed once more for Lambda:
//
//	{"awslogs":{"data":"base64 of gzip of the above"}}
//
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html.

// controlMessage begins the message of a log event that CloudWatch Logs sends to find out whether
// anybody listens.
const controlMessage = "CWL CONTROL MESSAGE:"

// isWrapping reports whether raw, which is no record, is something around records, which the Reader
// then reads next, or something that is to be passed over.
func (r *Reader) isWrapping(raw []byte) bool {
	switch {
	case !gjson.ValidBytes(raw):
		return false // and the error says where
	case r.place == inLogEvents:
		return strings.HasPrefix(gjson.GetBytes(raw, "message").Str, controlMessage)
	case r.place != atTop || r.isInner:
		return false
	}
	data := gjson.GetBytes(raw, "awslogs.data")
	if data.Type != gjson.String {
		return false
	}
	r.inner = NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(data.Str)))
	r.inner.isInner, r.inner.rec = true, r.rec
	r.inner.ReuseRecord, r.inner.MaxRecord, r.inner.MaxBytes = r.ReuseRecord, r.MaxRecord, r.MaxBytes
	r.innerOffset = r.InputOffset() - int64(len(raw))
	return true
}

// readInner returns what the inner Reader says, errors as those of the value around its stream. They
// are not fatal: behind that value reading goes on.
func (r *Reader) readInner() (*Record, error) {
	rec, err := r.inner.Read()
	index := r.index
	var e *Error
	if errors.As(err, &e) {
		if e.Index >= 0 {
			r.index++
		} else {
			index = -1
		}
		return nil, &Error{Offset: r.innerOffset, Index: index, Err: fmt.Errorf("in awslogs.data: %w", e.Err)}
	}
	if err == nil {
		r.index++
	}
	return rec, err
}

// decodeMessage decodes the record that a log event carries as its message.
func (r *Record) decodeMessage(logEvent []byte) error {
	s := jsonscan.New(logEvent)
	if _, err := s.Value(); err != nil {
		return err
	}
	message := gjson.GetBytes(logEvent, "message")
	if message.Type != gjson.String {
		return fmt.Errorf("%w: a log event without a message", ErrNotRecord)
	}
	if _, err := r.decode(message.Str); err != nil {
		var syntax *jsonscan.Error
		if errors.As(err, &syntax) {
			err = syntax.Err // its offset is one in the message
		}
		return fmt.Errorf("in the message of a log event: %w", err)
	}
	return nil
}
