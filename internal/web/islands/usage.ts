// The page of usage: shows new calls while it is open.
import { watchUsage } from "./parts/usage";

watchUsage();
