const api = document.body.dataset.api;
const element = (id) => document.getElementById(id);

/** Of a sign-in without a cookie; gone after a reload. */
let tokens;
/** Of the last challenge. */
let challengeSession;

/** @throws Error with the text of the API */
async function call(method, path, body) {
  const response = await fetch(api + path, {
    method,
    // The cookie of the session, and that of the device, which keeps strangers' guesses from locking the user out.
    credentials: 'include',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(tokens && { authorization: `Bearer ${tokens.accessToken}` }),
    },
    body: body && JSON.stringify(body),
  });
  if (response.status === 204) return undefined;
  const answer = await response.json();
  if (response.ok) return answer;
  const errors = (answer.errors ?? []).map(({ field, message }) => `${field} ${message}`.trim());
  throw new Error([answer.detail, ...errors].join('\n'));
}

function show(id) {
  for (const each of ['sign-in', 'challenge', 'account']) element(each).hidden = each !== id;
  element(id).querySelector('input, select, button')?.focus();
}

/** Shows what follows a sign-in or the answer to a challenge. */
async function proceed(answer) {
  if (answer.challenge) return showChallenge(answer.challenge);
  tokens = answer.tokens;
  // Without tokens the session is in a cookie, which scripts cannot see.
  localStorage.setItem('usher', tokens ? 'tokens' : 'cookie');
  await showAccount();
}

async function showAccount() {
  const me = await call('GET', '/users/me');
  element('name').textContent = me.firstName ?? me.email;
  element('email').textContent = me.email;
  element('roles').textContent = me.roles.join(', ') || 'none';
  show('account');
}

const labels = {
  NEW_PASSWORD: 'New password',
  SOFTWARE_TOKEN_MFA_CODE: 'Code of your authenticator app',
  SMS_MFA_CODE: 'Code of the text message',
  EMAIL_OTP_CODE: 'Code of the mail',
  ANSWER: 'Send the code by',
};

function showChallenge({ session, asks, choices, delivery, totp }) {
  challengeSession = session;
  element('answers').replaceChildren(
    ...asks.map((name) => {
      const label = document.createElement('label');
      label.append(labels[name] ?? name, choices ? select(name, choices) : input(name));
      return label;
    }),
  );
  element('hint').replaceChildren(
    ...(delivery ? [`A code was sent to ${delivery.destination}.`] : []),
    ...(totp ? ['Scan this code with an authenticator app, or enter the key.', ...secret(totp)] : []),
  );
  show('challenge');
}

function input(name) {
  const isPassword = name === 'NEW_PASSWORD';
  return Object.assign(document.createElement('input'), {
    name,
    required: true,
    type: isPassword ? 'password' : 'text',
    autocomplete: isPassword ? 'new-password' : name.endsWith('_CODE') ? 'one-time-code' : 'on',
  });
}

function select(name, choices) {
  const list = Object.assign(document.createElement('select'), { name });
  list.append(...choices.map((choice) => new Option(labels[`${choice}_CODE`] ?? choice, choice)));
  return list;
}

function secret({ qrCodeSvg, secretCode }) {
  const src = `data:image/svg+xml,${encodeURIComponent(qrCodeSvg)}`;
  const image = Object.assign(document.createElement('img'), { src, alt: 'QR code' });
  return [image, Object.assign(document.createElement('code'), { textContent: secretCode })];
}

/** Runs an action, without a second one meanwhile, and shows its error. */
async function run(button, action) {
  button.disabled = true;
  element('message').textContent = '';
  try {
    await action();
  } catch (error) {
    element('message').textContent = error.message;
  } finally {
    button.disabled = false;
  }
}

const onSubmit = (form, action) =>
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(form.querySelector('button'), () => action(Object.fromEntries(new FormData(form))));
  });

onSubmit(element('sign-in'), async ({ email, password, cookie }) => {
  const session = cookie ? 'cookie' : 'tokens';
  await proceed(await call('POST', '/auth/sign-in', { email, password, session }));
  element('sign-in').reset();
});

onSubmit(element('challenge'), async (answers) => {
  await proceed(await call('POST', '/auth/challenge', { session: challengeSession, answers }));
});

element('sign-out').addEventListener('click', ({ target }) =>
  run(target, async () => {
    // Without tokens the cookie says which session ends.
    await call('POST', '/auth/sign-out', tokens && { refreshToken: tokens.refreshToken });
    tokens = undefined;
    localStorage.removeItem('usher');
    show('sign-in');
  }),
);

// A cookie is still there after a reload.
if (localStorage.getItem('usher') === 'cookie') await showAccount().catch(() => show('sign-in'));
else show('sign-in');
