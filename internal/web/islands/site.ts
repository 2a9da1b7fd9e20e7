// Every page loads this bundle: htmx, set up for a page whose policy forbids inline styles and evaluated code, and the
// small things that make pages alive. Without it every page still works.
import htmx from "htmx.org";
import { watchCopies } from "./parts/clipboard";
import { watchFilter } from "./parts/filter";
import { watchKeys } from "./parts/keys";
import { watchMenus } from "./parts/menu";
import { watchPageKeys, watchReference } from "./parts/reference";
import { watchSamples } from "./parts/sample";
import { watchSearch } from "./parts/search";
import { watchThemes } from "./parts/theme";
import { storageName } from "./parts/try/state";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
// Pages hold secrets: none is kept in the browser's storage.
htmx.config.historyEnabled = false;
htmx.config.historyCacheSize = 0;
// A refused request answers with a notice that says why.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "...", swap: true },
];

document.documentElement.classList.add("scripts");
if (location.pathname === "/sign-in") {
  sessionStorage.removeItem(storageName); // of whoever sat here before
}
watchCopies();
watchFilter();
watchKeys();
watchMenus();
watchPageKeys();
watchReference();
watchSamples();
watchSearch();
watchThemes();
