// The page of requests: moves through them and decides them with the keyboard.
import { watchInbox } from "./parts/inbox";

watchInbox();
