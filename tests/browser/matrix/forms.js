// Acts of node that need a navigation.
"use strict";

// Sends a form to the row's address from a page of its origin; resolves with the answer's status.
// `head`: markup for the page's head.
const sendForm = (head = "") => async ({ page, url, matrix }) => {
  const own = await matrix.context.newPage();
  await own.goto(page.url());
  await matrix.takeLog();
  const answered = own.waitForResponse((response) => response.url() === url);
  await own.evaluate(([action, more]) => {
    document.head.innerHTML += more;
    document.body.innerHTML = `<form method=post action="${action}"><input name=a value=b>`;
    document.forms[0].submit();
  }, [url, head]);
  const status = (await answered).status();
  await own.close();
  return String(status);
};

module.exports = { sendForm };
