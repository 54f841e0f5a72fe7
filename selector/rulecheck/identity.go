package rulecheck

import (
	"maps"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pattern"
)

// This file chooses who called. The members of userIdentity repeat each other:
//
//	type         Root          IAMUser                AssumedRole                  FederatedUser
//	arn          arn:…:A:root  arn:…:A:user/…/NAME    arn:…:A:assumed-role/ROLE/S  arn:…:A:federated-user/S
//	accountId    A             A                      A                            A
//	userName                   NAME
//
// Of other types, of which there are many, nothing is supposed.

// An identity is a type of userIdentity.
type identity struct {
	typ       string
	form      string // of the last part of the arn, as a wildcard
	arn       string // behind the account, likely
	service   string // that the arn is of
	principal string // likely
	named     bool   // the arn ends with userName
}

// The types, the most likely first.
var identities = []identity{
	{"IAMUser", "user/*", ":user/Alice", "iam", "AIDACKCEVSQ6C2EXAMPLE", true},
	{"Root", "root", ":root", "iam", "", false},
	{"AssumedRole", "assumed-role/*/*", ":assumed-role/Admin/session", "sts", "AROACKCEVSQ6C2EXAMPLE:session", false},
	{"FederatedUser", "federated-user/*", ":federated-user/Alice", "sts", "111122223333:Alice", false},
}

var otherIdentity = func() pattern.Demand {
	but := []any{}
	for _, id := range identities {
		but = append(but, id.typ)
	}
	return demand(map[string]any{"anything-but": but}, nil, map[string]any{"exists": false})
}()

// aName is what names of users, roles and sessions are like: they have no colon, and no star.
var aName = demand(anythingBut("wildcard", "*:*", `*\**`), map[string]any{"exists": false})

// anAccount is what the number of an account is like, roughly: in rules there are all sorts of examples.
var anAccount = demand(anythingBut("wildcard", "*/*"))

// identity chooses userIdentity for a call in an account.
func (d *draft) identity(account string) bool {
	for _, id := range identities {
		e := d.copy()
		if e.isA(id, account) {
			maps.Copy(d.values, e.values)
			return true
		}
	}
	doubtful := !d.value("userIdentity.type", []pattern.Demand{otherIdentity}, ``)
	if doubtful && !d.value("userIdentity.type", []pattern.Demand{optional}, ``) {
		return false
	}
	if doubtful {
		d.doubts = append(d.doubts, "whether the members of a userIdentity of the type "+d.values["userIdentity.type"]+" can be like that")
	}
	for _, name := range []string{"principalId", "arn", "userName"} {
		if !d.value("userIdentity."+name, []pattern.Demand{optional}, ``) {
			return false
		}
	}
	return d.value("userIdentity.accountId", []pattern.Demand{optional}, quoted(account))
}

// isA chooses the members of a userIdentity of a type. It reports false if they cannot agree.
func (d *draft) isA(id identity, account string) bool {
	if !d.value("userIdentity.type", []pattern.Demand{oneOf(id.typ)}, quoted(id.typ)) {
		return false
	}
	asks := append(d.asks("detail.userIdentity.arn"), d.term.on["userIdentity.arn"]...)
	names, accounts, arns := []string{``}, []string{account}, []string{}
	if id.named {
		names = nil
	}
	for _, a := range asks {
		for _, text := range a.Literals() {
			arns = append(arns, text)
			names = append(names, quoted(text[strings.LastIndexByte(text, '/')+1:]))
			if parts := strings.Split(text, ":"); len(parts) > 4 {
				accounts = append(accounts, parts[4])
			}
		}
	}
	for _, a := range d.asks("detail.userIdentity.accountId") {
		accounts = append(a.Literals(), accounts...)
	}
	if id.named {
		names = append(names, `"Alice"`)
	}
	if !d.value("userIdentity.userName", []pattern.Demand{optional, aName}, names...) {
		return false
	}
	parts := slices.Concat(
		partsOf(pattern.Part{}, asks...),
		partsOf(pattern.Part{To: 1}, oneOf("arn")),
		partsOf(pattern.Part{From: 1, To: 2}, like("aws*")),
		partsOf(pattern.Part{From: 2, To: 3}, oneOf(id.service)),
		partsOf(pattern.Part{From: 3, To: 4}, oneOf("")),
		partsOf(pattern.Part{From: 5}, like(id.form), aName),
		partsOf(pattern.Part{From: 4, To: 5}, append(d.asks("detail.userIdentity.accountId"), nonEmpty, anAccount)...))
	tail := id.arn
	if name := d.values["userIdentity.userName"]; id.named && name != "" {
		tail = "/" + unquoted(name)
		parts = append(parts, partsOf(pattern.Part{}, demand(map[string]any{"suffix": tail}))...)
		tail = ":user" + tail
	}
	for _, a := range accounts {
		arns = append(arns, "arn:aws:"+id.service+"::"+a+tail)
	}
	arn, ok := d.text("userIdentity.arn", ':', parts, arns...)
	if !ok {
		return false
	}
	d.setText("userIdentity.arn", arn)
	owner := strings.Split(arn, ":")[4]
	d.setText("userIdentity.accountId", owner)
	principal := id.principal
	if principal == "" {
		principal = owner
	}
	return d.value("userIdentity.principalId", []pattern.Demand{optional}, quoted(principal))
}
