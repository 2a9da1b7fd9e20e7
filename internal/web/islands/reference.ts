// Pages of operations load this bundle beside the site's: the form that tries an operation out, and samples that follow
// it.
import { watchTry } from "./parts/try/watch";

watchTry();
