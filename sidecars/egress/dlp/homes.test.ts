import { expect, test } from 'vitest';
import { sameSite } from './homes.ts';

test.each([
  ['login.corp.example', 'api.corp.example'],
  ['corp.example', 'api.eu.corp.example'],
  ['login.bank.co.uk', 'api.bank.co.uk'],
  ['victim.github.io', 'victim.github.io'],
  ['a.victim.pages.dev', 'b.victim.pages.dev'],
  ['10.0.0.1', '10.0.0.1'],
  ['localhost', 'localhost'],
  ['cognito-idp.us-east-1.amazonaws.com', 'cognito-idp.us-east-1.amazonaws.com'],
])('%s and %s belong to one owner', (a, b) => {
  expect([sameSite(a, b), sameSite(b, a)]).toEqual([true, true]);
});

test.each([
  ['login.bank.co.uk', 'evil.co.uk'],
  ['victim.github.io', 'evil.github.io'],
  ['victim.github.io', 'github.io'],
  ['10.0.0.1', '192.168.0.1'],
  ['10.0.0.1', '10.1.0.1'],
  ['[2001:db8::1]', '[2001:db8::2]'],
  ['localhost', 'corp.localhost'],
  ['com', 'corp.com'],
  ['victim.us.auth0.com', 'x.auth0.com'],
  ['victim.us.auth0.com', 'x.us.auth0.com'],
  ['victim.okta.com', 'evil.okta.com'],
  ['victim.b2clogin.com', 'evil.b2clogin.com'],
  ['victim-ab12-uc.a.run.app', 'evil-ab12-uc.a.run.app'],
  ['victim-1.us-central1.run.app', 'evil-2.us-central1.run.app'],
  ['victim.uc.r.appspot.com', 'evil.uc.r.appspot.com'],
  ['victim.execute-api.us-east-1.amazonaws.com', 'evil.execute-api.us-east-1.amazonaws.com'],
  ['cognito-idp.us-east-1.amazonaws.com', 'evil.appsync-api.us-east-1.amazonaws.com'],
  ['victim.lambda-url.us-east-1.on.aws', 'evil.lambda-url.us-east-1.on.aws'],
  ['victim.s3.eu-west-1.amazonaws.com', 'evil.s3.eu-west-1.amazonaws.com'],
  ['victim.westeurope.cloudapp.azure.com', 'evil.westeurope.cloudapp.azure.com'],
  ['victim-ab.westeurope-01.azurewebsites.net', 'evil-ab.westeurope-01.azurewebsites.net'],
  ['victim.database.windows.net', 'evil.blob.core.windows.net'],
  ['sts.windows.net', 'evil.blob.core.windows.net'],
  ['storage.googleapis.com', 'evil.storage.googleapis.com'],
  ['victim.auth.eu-west-1.amazoncognito.com', 'evil.auth.eu-west-1.amazoncognito.com'],
  ['victim.uk.com', 'evil.uk.com'],
])('%s and %s do not', (a, b) => {
  expect([sameSite(a, b), sameSite(b, a)]).toEqual([false, false]);
});
