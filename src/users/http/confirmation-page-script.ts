/**
 * The tokens are read from the address and sent nowhere but here. The page cannot know what kind of link it was opened with: the token
 * goes alone first, and the answer says whether a password is needed. The same for every caller, so that its digest is known.
 */
export const confirmationPageScript = `
const parameters = new URLSearchParams(location.search);
const cancel = parameters.get('cancel');
const texts = document.body.dataset;
const form = document.querySelector('form');
const label = document.querySelector('label');
const input = document.querySelector('input');
const button = document.querySelector('button');
const answer = document.querySelector('output');
if (cancel !== null) {
  document.title = texts.cancelTitle;
  document.querySelector('h1').textContent = texts.cancelTitle;
  button.textContent = texts.cancelButton;
}
function send() {
  const confirmation = { token: parameters.get('token') ?? '' };
  if (!label.hidden) confirmation.password = input.value;
  return fetch(location.pathname, {
    method: cancel === null ? 'PUT' : 'DELETE',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(cancel === null ? confirmation : { token: cancel }),
  });
}
function askForPassword(text) {
  label.hidden = false;
  input.value = '';
  input.focus();
  return text;
}
async function show(response) {
  if (response.ok) {
    form.hidden = true;
    return cancel === null ? texts.done : texts.cancelled;
  }
  const problem = await response.json().catch(() => ({}));
  if (problem.code === 'passwords.blank') return askForPassword(texts.ask);
  if (problem.code === 'auth.invalid_credentials') return askForPassword(texts.wrong);
  return texts.failed + (problem.detail ?? response.status);
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  try {
    answer.textContent = await show(await send());
  } catch (error) {
    answer.textContent = texts.failed + error.message;
  }
  button.disabled = false;
});
`;
