package web

import (
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
)

const outboxPath = staffPath + "/outbox"

// messagePath leads to a message, or to something that is done to it.
func messagePath(message event.MessageID, parts ...string) string {
	path := outboxPath + "/" + message.Hex()
	for _, part := range parts {
		path += "/" + part
	}
	return path
}

func (v *visit) message() event.MessageID { return idOrNone[event.MessageID](v.pathPart("message")) }

// outboxContent is the outbox.
type outboxContent struct {
	List     listing
	Messages []event.Delivery
	Failed   int
	Notice   string
	// MayChange says that the visitor may try messages again and drop them.
	MayChange bool
	// Kept says that there is no mail server, so that everything waits.
	Kept bool
}

func outboxPage(v *visit) error {
	list, err := v.listing("q", "state")
	if err != nil {
		return err
	}
	filter := event.OutboxFilter{Search: list.filter("q"), State: event.MessageState(list.filter("state"))}
	found, err := v.config.Outbox.Messages(v.request.Context(), filter, list.request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.renderStaff("Outbox", outboxView(outboxContent{
		List: list, Messages: found.Items, Failed: found.Failed, Notice: outboxNotice(v.request.URL.Query().Get("done")),
		MayChange: v.principal.May(identity.ManageSite), Kept: !v.config.Mails,
	}))
}

// outboxNotice words what was done.
func outboxNotice(done string) string {
	return map[string]string{
		"all": "The messages that had failed are tried again.", "none": "No message has failed, so there is nothing to try again.", "retried": "The message is tried again.", "discarded": "The message is discarded. Its recipient does not get it.",
	}[done]
}

func messageStateChoices() []choice {
	choices := []choice{{"", "Any state"}}
	for _, state := range event.MessageStates() {
		choices = append(choices, choice{string(state), capital(string(state))})
	}
	return choices
}

// messageContent is one message.
type messageContent struct {
	Message event.Delivery
	Params  []event.Detail
	Notice  string
	// MayChange and MayOpen say what the visitor may do to the message.
	MayChange, MayOpen bool
	// Kept says that there is no mail server, so that it waits.
	Kept bool
}

func messagePage(v *visit) error {
	found, err := v.config.Outbox.Message(v.request.Context(), v.message())
	if err != nil {
		return err
	}
	unsent := found.State() != event.MessageSent
	return v.renderStaff(actionText(found.Template), messageView(messageContent{
		Message: found, Params: event.Audit{Details: found.Params}.Facts(), Notice: outboxNotice(v.request.URL.Query().Get("done")),
		Kept:      unsent && !v.config.Mails,
		MayChange: unsent && v.principal.May(identity.ManageSite),
		MayOpen:   found.State() == event.MessageWaiting && found.Invited && account.LinkIsStaffs(found.Template) && v.principal.May(identity.ManagePeople),
	}))
}

func retryMessage(v *visit) error {
	if err := v.config.Outbox.Retry(v.request.Context(), v.message()); err != nil {
		return err
	}
	return v.redirect(messagePath(v.message()) + "?done=retried")
}

func retryFailed(v *visit) error {
	retried, err := v.config.Outbox.RetryFailed(v.request.Context())
	if err != nil {
		return err
	}
	if retried == 0 {
		return v.redirect(outboxPath + "?done=none")
	}
	return v.redirect(outboxPath + "?done=all")
}

func discardPage(v *visit) error {
	found, err := v.config.Outbox.MessageToDiscard(v.request.Context(), v.message())
	if err != nil {
		return err
	}
	return v.renderStaff("Discard a message", confirmView(confirmation{
		Above:  []link{{Text: "Outbox", Path: outboxPath}, {Text: actionText(found.Template), Path: messagePath(found.ID)}},
		Title:  "Discard the message to " + found.To,
		Text:   "The message is never sent, and its recipient does not learn what it says from it. It cannot be brought back.",
		Facts:  []fact{{"Message", actionText(found.Template)}, {"To", found.To}, {"Since", moment(found.At)}},
		Action: messagePath(found.ID, "discard"), Button: "Discard", Danger: true, Back: messagePath(found.ID),
	}))
}

func discardMessage(v *visit) error {
	if err := v.config.Outbox.Discard(v.request.Context(), v.message()); err != nil {
		return err
	}
	return v.redirect(outboxPath + "?done=discarded")
}

func openMessageLink(v *visit) error {
	opened, err := v.config.Accounts.OpenMessageLink(v.request.Context(), v.message())
	if err != nil {
		return err
	}
	return v.renderLink(opened)
}
