package record

import (
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func messageID(v *visit.Visit) event.MessageID {
	return visit.ParseID[event.MessageID](v.PathPart("message"))
}

// outboxContent is the page of the outbox.
type outboxContent struct {
	List     view.Listing
	Messages []event.Delivery
	// Failed and Waiting count all messages in these states.
	Failed, Waiting int
	Notice          string
	// MayChange reports whether the visitor may retry and discard messages.
	MayChange bool
	// Kept reports whether all messages wait because there is no mail server.
	Kept bool
}

var messageColumns = []view.Column{
	{Name: "message", Label: "Message", Place: view.PlaceName}, {Name: "to", Label: "To", Place: view.PlaceSecond},
	{Name: "since", Label: "Since", Place: view.PlaceEnd}, {Name: "state", Label: "State", Place: view.PlaceState},
	{Name: "attempts", Label: "Attempts", Number: true},
}

func (c outboxContent) views() []view.ListView {
	counts := map[string]int{string(event.MessageFailed): c.Failed, string(event.MessageWaiting): c.Waiting}
	if c.List.Filtered() { // the counts are those of all messages
		counts = nil
	}
	return c.List.Views("state", messageStateChoices(), counts, string(event.MessageFailed))
}

func (c outboxContent) toolbar() view.Toolbar {
	return view.Toolbar{Label: "Outbox", Search: "q", SearchFor: "Recipient or message", Longest: 320, Exports: view.CSV(c.List)}
}

func messageListing(v *visit.Visit) (view.Listing, event.OutboxFilter, error) {
	list, err := v.Table(messageColumns, "q", "state")
	list.Path = address.Outbox
	return list, event.OutboxFilter{Search: list.Filter("q"), State: event.MessageState(list.Filter("state"))}, err
}

// exportMessages sends the messages that match the filters as a file, without their contents.
func (p *Pages) exportMessages(v *visit.Visit) error {
	_, filter, err := messageListing(v)
	if err != nil {
		return err
	}
	columns := []string{"id", "message", "to", "created", "state", "sent", "attempts", "failure"}
	return v.SendCSV("outbox", columns, func(write func(cells ...string) error) error {
		return page.EachItem(page.Order{}, func(request page.Request) (page.Page[event.Delivery], error) {
			found, err := p.Outbox.Messages(v.Request.Context(), filter, request)
			return found.Page, err
		}, func(one event.Delivery) error {
			return write(one.ID.Hex(), one.Template, one.To, view.TimeOrEmpty(one.At), string(one.State()), view.TimeOrEmpty(one.SentAt),
				strconv.Itoa(one.Attempts), one.Failure)
		})
	})
}

func (p *Pages) outboxPage(v *visit.Visit) error {
	list, filter, err := messageListing(v)
	if err != nil {
		return err
	}
	found, err := p.Outbox.Messages(v.Request.Context(), filter, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.RenderStaff("Outbox", outboxView(outboxContent{
		List: list, Messages: found.Items, Failed: found.Failed, Waiting: found.Waiting, Notice: outboxNotice(v.Request.URL.Query().Get("done")),
		MayChange: v.Principal.May(identity.ManageSite), Kept: !v.Config.Mails,
	}))
}

// outboxNotice returns the notice for the value of done in the address.
func outboxNotice(done string) string {
	return map[string]string{
		"all": "Failed messages are being retried.", "none": "No messages have failed.", "retried": "Message is being retried.", "discarded": "Message discarded. Its recipient does not get it.",
	}[done]
}

func messageStateChoices() []view.Choice {
	choices := []view.Choice{{Value: "", Text: "All"}}
	for _, state := range event.MessageStates() {
		choices = append(choices, view.Choice{Value: string(state), Text: view.Capital(string(state))})
	}
	return choices
}

// messageContent is the page of a message.
type messageContent struct {
	Message event.Delivery
	Params  []view.Fact
	Notice  string
	// MayChange reports whether the visitor may retry and discard it, MayOpen whether they may open its link.
	MayChange, MayOpen bool
	// Kept reports whether it waits because there is no mail server.
	Kept bool
}

func (p *Pages) messagePage(v *visit.Visit) error {
	found, err := p.Outbox.Message(v.Request.Context(), messageID(v))
	if err != nil {
		return err
	}
	unsent := found.State() != event.MessageSent
	return v.RenderStaff(view.ActionText(found.Template), messageView(messageContent{
		Message: found, Params: messageFacts(found.Params), Notice: outboxNotice(v.Request.URL.Query().Get("done")),
		Kept:      unsent && !v.Config.Mails,
		MayChange: unsent && v.Principal.May(identity.ManageSite),
		MayOpen:   found.State() == event.MessageWaiting && found.Invited && account.LinkIsStaffs(found.Template) && v.Principal.May(identity.ManagePeople),
	}))
}

// messageFacts lists what a message says as people read it. IDs only build its links, and are left out.
func messageFacts(params map[string]string) []view.Fact {
	var facts []view.Fact
	for _, one := range (event.Audit{Details: params}).Facts() {
		if _, err := id.Parse[event.MessageID](one.Text); err == nil {
			continue
		}
		if at, err := time.Parse(time.RFC3339, one.Text); err == nil {
			one.Text = view.Moment(at)
		}
		facts = append(facts, view.Fact{Name: view.Capital(view.DetailName(one.Name)), Value: one.Text})
	}
	return facts
}

func (p *Pages) retry(v *visit.Visit) error {
	if err := p.Outbox.Retry(v.Request.Context(), messageID(v)); err != nil {
		return err
	}
	return v.Redirect(address.Message(messageID(v)) + "?done=retried")
}

func (p *Pages) retryFailed(v *visit.Visit) error {
	retried, err := p.Outbox.RetryFailed(v.Request.Context())
	if err != nil {
		return err
	}
	if retried == 0 {
		return v.Redirect(address.Outbox + "?done=none")
	}
	return v.Redirect(address.Outbox + "?done=all")
}

func (p *Pages) discardPage(v *visit.Visit) error {
	found, err := p.Outbox.MessageToDiscard(v.Request.Context(), messageID(v))
	if err != nil {
		return err
	}
	return v.RenderStaff("Discard a message", view.ConfirmView(view.Confirmation{
		Above:  []view.Link{{Text: "Outbox", Path: address.Outbox}, {Text: view.ActionText(found.Template), Path: address.Message(found.ID)}},
		Title:  "Discard the message to " + found.To + "?",
		Text:   "It won't be sent. You can't undo this.",
		Facts:  []view.Fact{{Name: "Message", Value: view.ActionText(found.Template)}, {Name: "To", Value: found.To}, {Name: "Since", Value: view.Moment(found.At)}},
		Action: address.Message(found.ID, "discard"), Button: "Discard message", Danger: true, Back: address.Message(found.ID),
	}))
}

func (p *Pages) discard(v *visit.Visit) error {
	if err := p.Outbox.Discard(v.Request.Context(), messageID(v)); err != nil {
		return err
	}
	return v.Redirect(address.Outbox + "?done=discarded")
}

func (p *Pages) openMessageLink(v *visit.Visit) error {
	opened, err := p.Accounts.OpenMessageLink(v.Request.Context(), messageID(v))
	if err != nil {
		return err
	}
	return v.RenderSetUpLink(opened)
}
