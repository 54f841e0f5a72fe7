package pattern_test

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/trailsieve/trailsieve/pattern"
)

// A running program changes its rules by building a new Set, while events are matched against the old
// one, and swapping it in. An event is matched against the old rules or the new ones, never a mixture.
func ExampleSet_swap() {
	texts := map[string]string{
		"uploads": `{"detail": {"eventName": ["PutObject"]}}`,
		"root":    `{"detail": {"userIdentity": {"type": ["Root"]}}}`,
	}
	patterns := map[string]*pattern.Pattern{}
	for name, text := range texts {
		patterns[name] = pattern.MustCompile(text)
	}
	var rules atomic.Pointer[pattern.Set[string]]
	rules.Store(pattern.NewSet(maps.All(patterns)))

	event := []byte(`{"detail": {"eventName": "PutObject", "userIdentity": {"type": "IAMUser"}}}`)
	var workers sync.WaitGroup
	var matched, events atomic.Int64
	for range 4 {
		workers.Go(func() {
			var names []string // reused, so that matching does not allocate
			for range 1000 {
				var err error
				if names, err = rules.Load().AppendMatch(names[:0], event); err != nil {
					panic(err)
				}
				matched.Add(int64(len(names)))
				events.Add(1)
			}
		})
	}

	// Patterns are compiled once, however often they are in a new set.
	patterns = maps.Clone(patterns)
	patterns["users"] = pattern.MustCompile(`{"detail": {"userIdentity": {"type": ["IAMUser"]}}}`)
	delete(patterns, "root")
	rules.Store(pattern.NewSet(maps.All(patterns)))
	workers.Wait()

	fmt.Println(events.Load(), "events, each with one or two rules:", matched.Load() >= 4000 && matched.Load() <= 8000)
	names, _ := rules.Load().Match(event)
	fmt.Println("now", len(names))
	// Output:
	// 4000 events, each with one or two rules: true
	// now 2
}
