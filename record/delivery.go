package record

// MaxEvent is how large a record may be for its event to be delivered: 256 KB, which CloudTrail sends
// to EventBridge at most. Records of trails are no larger since eventVersion 1.05, but those of event
// data stores may have 1 MB. (An event bus takes 1 MB from others since January 2026.)
const MaxEvent = 256 << 10

// A RuleState is the state of a rule in Amazon EventBridge, which decides what events the rule gets to
// see.
type RuleState string

// The states of rules.
const (
	RuleDisabled   RuleState = "DISABLED"
	RuleEnabled    RuleState = "ENABLED"
	RuleEnabledAll RuleState = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
)

// A Delivery tells whether EventBridge delivers the event of a record to rules, and why (not).
type Delivery struct {
	State  RuleState // the least that a rule needs to get the event; empty if no rule gets it
	Reason DeliveryReason
}

// A DeliveryReason says what decided about a delivery. It reads as the end of a sentence: "not
// delivered, because it is over 256 KB".
type DeliveryReason string

// What decides about deliveries.
const (
	WritingEvent         DeliveryReason = "it is a management event that is not read-only"
	ReadOnlyEvent        DeliveryReason = "it is a read-only management event"
	DataEvent            DeliveryReason = "it is a data event"
	NetworkActivityEvent DeliveryReason = "it is a network activity event"
	InsightEvent         DeliveryReason = "it is an Insights event"
	TooLarge             DeliveryReason = "it is over 256 KB"
	NotForEventBridge    DeliveryReason = "events of its category stay within CloudTrail"
)

// Delivery tells whether EventBridge delivers the event of the record, which [Record.AppendEvent]
// makes, to rules on the default event bus of its account and Region:
//
//   - aggregated events, the audit events of CloudTrail Lake and those of unknown categories never;
//   - events over [MaxEvent] never;
//   - read-only management events to rules in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS;
//   - all others to rules that are enabled at all. Insights events come with a detail-type of
//     their own, AWS Insight via CloudTrail.
//
// That a trail logs the event is taken for granted: without one, there is none. The category and
// whether the call was read-only are those of [Record.Category] and [Record.IsReadOnly], but for two
// operations of AWS STS that write although their names say Get, should the record not say so itself.
//
// Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html and
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html. They
// have no word on aggregated and audit events; there is no detail-type for these.
func (r *Record) Delivery() Delivery {
	category, _ := r.Category()
	var reason DeliveryReason
	switch category {
	case Management:
		reason = WritingEvent
		if r.onlyRead() {
			reason = ReadOnlyEvent
		}
	case Data:
		reason = DataEvent
	case NetworkActivity:
		reason = NetworkActivityEvent
	case Insight:
		reason = InsightEvent
	default:
		return Delivery{Reason: NotForEventBridge}
	}
	switch {
	case len(r.Text()) > MaxEvent:
		return Delivery{Reason: TooLarge}
	case reason == ReadOnlyEvent:
		return Delivery{RuleEnabledAll, reason}
	}
	return Delivery{RuleEnabled, reason}
}

// onlyRead is IsReadOnly with what EventBridge's guide says of AWS STS. Records of today say so, too.
func (r *Record) onlyRead() bool {
	readOnly, by := r.IsReadOnly()
	if by != ByReadOnly && r.EventSource == "sts.amazonaws.com" {
		switch r.EventName {
		case "GetFederationToken", "GetSessionToken":
			return false
		}
	}
	return readOnly
}

// To reports whether a rule in the given state gets the event.
func (d Delivery) To(state RuleState) bool {
	switch state {
	case RuleEnabled:
		return d.State == RuleEnabled
	case RuleEnabledAll:
		return d.State != ""
	}
	return false
}

// String puts the Delivery into a sentence:
//
//	delivered to rules that are ENABLED, because it is a data event
//	not delivered, because it is over 256 KB
func (d Delivery) String() string {
	if d.State == "" {
		return "not delivered, because " + string(d.Reason)
	}
	return "delivered to rules that are " + string(d.State) + ", because " + string(d.Reason)
}
