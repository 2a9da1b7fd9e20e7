// Pages of operations load this bundle in addition to the site's: the Try it form, and code samples that follow it.
import { watchTry } from "./parts/try/watch";

watchTry();
