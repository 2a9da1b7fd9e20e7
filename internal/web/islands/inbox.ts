// The page of requests: moves among them and decides about them with the keyboard.
import { watchInbox } from "./parts/inbox";

watchInbox();
