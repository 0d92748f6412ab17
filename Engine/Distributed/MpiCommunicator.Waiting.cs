namespace Ssgan.Engine.Distributed;

// How a rank waits, and what ranks tell one another when one has waited too long. The rank whose time is over sends a token to
// all others. Who waits as well sees it at once and answers with tokens of its own, and so does who comes later, before it
// takes anything from a collective that others have given up.
partial class MpiCommunicator
{
    const int TokenLength = 5;

    /// <summary>
    /// What this rank says of itself: rank, call, number, sequence, 1 + milliseconds waited; then what it hears.
    /// </summary>
    readonly unsafe long* _tokens;
    nint _ear;
    /// <summary>Calls that this rank has made, of all kinds.</summary>
    long _sequence;

    unsafe void Await(nint* request, RankCall call, long number)
    {
        var pace = new Pace(_options.Timeout);
        while (true)
        {
            int done = 0;
            if (IsCalled()) throw Call(call, number, pace.Waited);
            Check(_mpi.Test(request, &done, _mpi.IgnoreStatus), "Test");
            if (done != 0) return;
            if (pace.IsOver) throw Call(call, number, pace.Waited);
            pace.Pause();
        }
    }

    /// <summary>A receive that is always open.</summary>
    unsafe void PostEar()
    {
        nint ear = 0;
        _mpi.Check(_mpi.Irecv((nint)(_tokens + TokenLength), TokenLength * sizeof(long), _mpi.Bytes, _mpi.AnySource, MpiApi.Tag,
            _control, &ear), "Irecv");
        _ear = ear;
    }

    unsafe void CloseEar()
    {
        nint ear = _ear;
        _mpi.Check(_mpi.Cancel(&ear), "Cancel");
        _mpi.Check(_mpi.Wait(&ear, _mpi.IgnoreStatus), "Wait");
    }

    /// <summary>Whether a token has come, which then lies in memory.</summary>
    unsafe bool IsCalled()
    {
        nint ear = _ear;
        int done = 0;
        Check(_mpi.Test(&ear, &done, _mpi.IgnoreStatus), "Test");
        _ear = ear;
        return done != 0;
    }

    /// <summary>Tells the others where this rank is, listens to them, and says what came of it.</summary>
    unsafe CommunicatorException Call(RankCall call, long number, TimeSpan waited)
    {
        var roll = new RollCall(_hosts);
        var mine = new RankPlace(call, number, _sequence, (long)waited.TotalMilliseconds);
        roll.Hear(Rank, mine);
        // The token that brought us here, if one did.
        if (_tokens[2 * TokenLength - 1] != 0) Hear(roll);
        (_tokens[0], _tokens[1], _tokens[2], _tokens[3]) = (Rank, (long)call, number, _sequence);
        _tokens[4] = 1 + mine.Milliseconds;
        for (int to = 0; to < Size; to++)
        {
            // So short a message leaves at once, whether the other one takes it or not; who is gone is silent.
            nint request;
            if (to != Rank) _mpi.Isend((nint)_tokens, TokenLength * sizeof(long), _mpi.Bytes, to, MpiApi.Tag, _control, &request);
        }
        var pace = new Pace(_options.Listen);
        while (!roll.IsComplete && !pace.IsOver)
        {
            if (IsCalled()) Hear(roll);
            else pace.Pause();
        }
        _broken = roll.Sentence(mine);
        return new CommunicatorException(_broken);
    }

    unsafe void Hear(RollCall roll)
    {
        long* heard = _tokens + TokenLength;
        roll.Hear((int)heard[0], new RankPlace((RankCall)heard[1], heard[2], heard[3], heard[4] - 1));
        heard[TokenLength - 1] = 0;
        PostEar();
    }
}
