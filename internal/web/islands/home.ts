// The home page of visitors loads this bundle if its request can be sent.
import { watchRun } from "./parts/try/run";

watchRun();
