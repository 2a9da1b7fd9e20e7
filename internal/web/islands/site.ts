// Every page loads this bundle: htmx, set up for a content security policy without inline styles and eval, and small
// interactive parts. Every page also works without it.
import htmx from "htmx.org";
import { watchCopies } from "./parts/clipboard";
import { watchFilter } from "./parts/filter";
import { watchKeys } from "./parts/keys";
import { watchMenus } from "./parts/menu";
import { watchFilterKey, watchReference } from "./parts/reference";
import { watchSaveBar } from "./parts/save_bar";
import { watchSamples } from "./parts/sample";
import { watchSearch } from "./parts/search";
import { watchSecret } from "./parts/secret";
import { watchSelection } from "./parts/selection";
import { watchShortcuts } from "./parts/shortcut";
import { watchThemes } from "./parts/theme";
import { forgetTrials } from "./parts/try/state";
import { keepZone } from "./parts/zone";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
// Pages can contain secrets, so none is kept in the browser's storage.
htmx.config.historyEnabled = false;
htmx.config.historyCacheSize = 0;
// A rejected request returns a notice that says why.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "...", swap: true },
];

document.documentElement.classList.add("scripts");
if (location.pathname === "/sign-in") {
  forgetTrials(); // the previous user of this browser sent them
}
watchCopies();
watchFilter();
watchKeys();
watchMenus();
watchFilterKey();
watchReference();
watchSaveBar();
watchSamples();
watchSearch();
watchSecret();
watchSelection();
watchShortcuts();
watchThemes();
keepZone();
