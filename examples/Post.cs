// Post an event, and try again safely until it is recorded. .NET 10 or later, no packages.
//
//   export MUNIMENT_SERVER=http://127.0.0.1:8080 MUNIMENT_TOKEN=muniment_...
//   dotnet run examples/Post.cs
//
// The ledger knows an event by its source and id, for ever. So id and time belong to the event and are made once, when
// it happens: sent again unchanged it is answered with the first answer, and nothing is recorded twice.
using System.Net;
using System.Net.Http.Headers;
using System.Text;

const int Attempts = 10;
var longest = TimeSpan.FromSeconds(60);

var server = Environment.GetEnvironmentVariable("MUNIMENT_SERVER") ?? throw new InvalidOperationException("MUNIMENT_SERVER is not set");
var token = Environment.GetEnvironmentVariable("MUNIMENT_TOKEN") ?? throw new InvalidOperationException("MUNIMENT_TOKEN is not set");
using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

// Text as it is, so that no serialiser's settings decide how the attributes are spelt.
const string Event = """
    {
      "specversion": "1.0",
      "id": "FOI-2026-0041.received",
      "source": "/systems/foi-casework",
      "type": "request.received",
      "subject": "FOI-2026-0041",
      "time": "2026-01-12T09:30:00Z",
      "data": { "regime": "foi", "channel": "email", "unit": "housing" }
    }
    """;

var wait = TimeSpan.FromSeconds(0.5);
for (var attempt = 0; attempt < Attempts; attempt++)
{
    string why;
    try
    {
        // A content is used up by sending it, so each attempt has its own.
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Event));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json");
        using var answer = await client.PostAsync($"{server}/v1/events", content);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode)
        {
            Console.WriteLine($"{(int)answer.StatusCode} {text}");
            return 0;
        }
        why = text;
        if (answer.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
        {
            Console.Error.WriteLine($"refused: {why}");
            return 1;
        }
        wait = answer.Headers.RetryAfter?.Delta ?? wait;
    }
    catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
    {
        // It may have been recorded or not: the id settles it.
        why = error.Message;
    }
    Console.Error.WriteLine($"trying again in {wait.TotalSeconds} s: {why}");
    await Task.Delay(wait);
    wait = wait * 2 < longest ? wait * 2 : longest;
}
Console.Error.WriteLine($"given up after {Attempts} attempts");
return 1;
