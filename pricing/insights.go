package pricing

import (
	"fmt"
	"strings"

	"github.com/trailsieve/trailsieve/internal/spell"
)

// InsightTypes are analyses of CloudTrail Insights: none, one or both of
//
//	pricing.CallRateInsight | pricing.ErrorRateInsight
//
// As text they have their names in PutInsightSelectors, with a comma between them.
type InsightTypes uint8

// What Insights looks for.
const (
	CallRateInsight  InsightTypes = 1 << iota // ApiCallRateInsight
	ErrorRateInsight                          // ApiErrorRateInsight
)

var insightNames = []string{"ApiCallRateInsight", "ApiErrorRateInsight"}

// Insights are the analyses that are switched on for a trail or event data store, each of which
// charges for the events that it looks at:
//
//	            call rate          error rate
//	management  writes             reads and writes
//	data        reads and writes   reads and writes
//
// The source is "Understanding CloudTrail Insights costs" in the CloudTrail user guide. Event data
// stores analyze management events only.
type Insights struct {
	Management InsightTypes `json:"management,omitempty"`
	Data       InsightTypes `json:"data,omitempty"`
}

// Analyzed returns how many events are charged for, of those that a trail logged. The error is
// [ErrOverflow] or nil.
func (in Insights) Analyzed(managementReads, managementWrites, dataEvents uint64) (management, data uint64, err error) {
	a := in.analyses()
	if max(managementReads, managementWrites, dataEvents) > maxRecords/2 {
		return 0, 0, ErrOverflow
	}
	return a.reads*managementReads + a.writes*managementWrites, a.data * dataEvents, nil
}

// analyses says how many types look at an event: two at most.
type analyses struct {
	any                 bool
	reads, writes, data uint64
}

func (in Insights) analyses() analyses {
	a := analyses{
		reads:  in.Management.count(ErrorRateInsight),
		writes: in.Management.count(CallRateInsight) + in.Management.count(ErrorRateInsight),
		data:   in.Data.count(CallRateInsight) + in.Data.count(ErrorRateInsight),
	}
	a.any = a.writes+a.data > 0
	return a
}

func (t InsightTypes) count(one InsightTypes) uint64 {
	if t&one != 0 {
		return 1
	}
	return 0
}

// ParseInsightTypes returns the types that are named, by their names in PutInsightSelectors. An
// unknown name is an error.
func ParseInsightTypes(names ...string) (InsightTypes, error) {
	var types InsightTypes
next:
	for _, name := range names {
		for i, known := range insightNames {
			if name == known {
				types |= 1 << i
				continue next
			}
		}
		return 0, fmt.Errorf("pricing: unknown Insights type %q%s", name, spell.DidYouMean(name, insightNames...))
	}
	return types, nil
}

// String returns the names, with commas between them.
func (t InsightTypes) String() string {
	var names []string
	for i, name := range insightNames {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// MarshalText returns what String returns. The error is always nil.
func (t InsightTypes) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what String returns.
func (t *InsightTypes) UnmarshalText(text []byte) error {
	var names []string
	if len(text) > 0 {
		names = strings.Split(string(text), ",")
	}
	types, err := ParseInsightTypes(names...)
	if err == nil {
		*t = types
	}
	return err
}
