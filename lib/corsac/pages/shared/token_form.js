// The form that asks for the token, as each page has it: #token-form with #token and #token-error.

import { element } from "./dom.js";
import { forgetToken, isToken, keepToken } from "./token.js";

function showTokenError(error) {
  element("token-error").textContent = error;
  element("token").setAttribute("aria-invalid", String(error !== ""));
}

// Forgets the token and asks for another one. `error`: why; "" = it is the first. `showForm` brings
// the form into view.
export function askAgain(error, showForm) {
  forgetToken();
  element("token").value = "";
  showTokenError(error);
  showForm();
  element("token").focus();
}

// `use` runs when a token was kept.
export function bindTokenForm(use) {
  element("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const token = element("token").value.trim();
    if (!isToken(token)) {
      showTokenError("A token is letters, digits and signs of ASCII, without blanks.");
      return element("token").focus();
    }
    element("token").value = "";
    keepToken(token);
    return use();
  });
}
