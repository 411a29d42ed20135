// The token of this tab: in sessionStorage, which no other tab and no other origin sees, and which
// no request carries by itself.

const kKey = "corsac-token";
const kFragment = "#token=";

// The fragment never leaves the browser; out of the address bar it is in no history, no picture of
// the screen and no link that is copied. True when there was a token.
export function takeTokenFromAddress() {
  if (!location.hash.startsWith(kFragment)) return false;
  const token = location.hash.slice(kFragment.length);
  history.replaceState(null, "", location.pathname + location.search);
  if (!isToken(token)) return false;
  keepToken(token);
  return true;
}

// What may stand in a header at all.
export function isToken(text) {
  return /^[\x21-\x7e]+$/.test(text);
}

export function keepToken(token) {
  sessionStorage.setItem(kKey, token);
}

// null = none.
export function readToken() {
  return sessionStorage.getItem(kKey);
}

export function forgetToken() {
  sessionStorage.removeItem(kKey);
}
