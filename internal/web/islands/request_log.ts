// The page of a request log: adds new calls while it is open.
import { watchRequestLog } from "./parts/request_log";

watchRequestLog();
