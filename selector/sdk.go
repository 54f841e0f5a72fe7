package selector

import "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

// FromSDK makes a Selector from what the AWS SDK for Go has for the selectors of a trail, such as
// the output of GetEventSelectors. As with [Compile], one list or the other may be filled.
//
// Its text, to which offsets and pointers refer and which [Selector.String] returns, is the JSON of
// the two lists in the form of [Selector.MarshalJSON].
func FromSDK(basic []types.EventSelector, advanced []types.AdvancedEventSelector) (*Selector, error) {
	t := new(tree)
	for i := range basic {
		t.basic = append(t.basic, fromSDKBasic(&basic[i]))
	}
	for i := range advanced {
		t.advanced = append(t.advanced, fromSDKAdvanced(&advanced[i]))
	}
	return Compile(string(t.appendJSON(nil)))
}

func fromSDKBasic(b *types.EventSelector) (e eventSelector) {
	if b.ReadWriteType != "" {
		e.readWriteType = written(string(b.ReadWriteType))
	}
	if include := b.IncludeManagementEvents; include != nil && !*include {
		e.includeManagementEvents = written("false")
	}
	for _, d := range b.DataResources {
		e.dataResources = append(e.dataResources,
			dataResource{typ: fromPointer(d.Type), values: writtenAll(d.Values)})
	}
	e.excludedSources = writtenAll(b.ExcludeManagementEventSources)
	return e
}

func fromSDKAdvanced(s *types.AdvancedEventSelector) (a advancedEventSelector) {
	a.name = fromPointer(s.Name)
	for _, f := range s.FieldSelectors {
		lists := [numOperators][]string{ // in the order of operatorNames
			f.Equals, f.NotEquals, f.StartsWith, f.NotStartsWith, f.EndsWith, f.NotEndsWith}
		field := fieldSelector{field: fromPointer(f.Field)}
		for i, values := range lists {
			if values != nil { // the SDK would send an empty list, which is refused
				field.operators[i] = operands{somewhere, writtenAll(values)}
			}
		}
		a.fieldSelectors = append(a.fieldSelectors, field)
	}
	return a
}

// somewhere is the place of what is yet to be written. It only says that it is present.
var somewhere = place{pointer: "/"}

func written(s string) leaf { return leaf{somewhere, s} }

func writtenAll(texts []string) (leaves []leaf) {
	for _, s := range texts {
		leaves = append(leaves, written(s))
	}
	return leaves
}

func fromPointer(s *string) leaf {
	if s == nil {
		return leaf{}
	}
	return written(*s)
}
